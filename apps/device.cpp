#include "apps/device.h"

#include "tensor/backend.h"
#include "tensor/check.h"

namespace dg {

Device choose_device(const std::string& name) {
  require(name == "auto" || name == "cpu" || name == "cuda", "device", "must be auto, cpu or cuda, got {}",
          name);
  if (name == "cuda") {
    backend(Device::cuda);  // says why there is none
    return Device::cuda;
  }
  return name == "auto" && why_no_cuda().empty() ? Device::cuda : Device::cpu;
}

}  // namespace dg
