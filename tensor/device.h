// Where numbers live.
#pragma once

namespace dg {

enum class Device { cpu, cuda };

inline const char* name(Device device) { return device == Device::cpu ? "cpu" : "cuda"; }

}  // namespace dg
