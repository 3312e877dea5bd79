// From a configuration to what is trained.
#pragma once
#include "layers/face_resnet.h"
#include "training/config/config.h"

namespace dg {

/// The network as `config` describes it. Nothing is allocated yet.
Network make_network(const Config& config);
/// Makes cuda.precision and cuda.deterministic the process's policy.
void use_precision(const Config& config);

}  // namespace dg
