// --device auto|cpu|cuda.
#pragma once
#include <string>

#include "tensor/device.h"

namespace dg {

/// "auto" takes a GPU if this build has the CUDA device and one answers, else the CPU. "cuda" without one is
/// an error; no other device is ever taken silently.
Device choose_device(const std::string& name);

}  // namespace dg
