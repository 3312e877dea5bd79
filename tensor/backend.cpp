#include "tensor/backend.h"

#include <fmt/format.h>

#include <atomic>

#include "tensor/error.h"

namespace dg {

std::string ConvGeometry::str() const {
  return fmt::format("x [{}, {}, {}, {}], w [{}, {}, {}, {}], stride {}, pad {}, dilation {}", n, h, w, c, k,
                     r, s, c, stride, pad, dilation);
}

inline namespace DG_WIDTH {

Backend& cuda_backend();  // tensor/cuda/

namespace {
std::atomic<Backend*> cpu_backend = nullptr;
std::atomic<bool> tf32 = CudaPolicy{}.tf32, deterministic = CudaPolicy{}.deterministic;
std::atomic<Index> workspace_limit = CudaPolicy{}.workspace_limit;
}  // namespace

#ifdef DG_DOUBLE
Backend& fast_cpu_backend() { return reference_backend(); }  // oneDNN has no double
#endif

Backend& backend(Device device) {
  if (device == Device::cuda) return cuda_backend();
  Backend* chosen = cpu_backend.load(std::memory_order_acquire);
  return chosen != nullptr ? *chosen : fast_cpu_backend();
}

void use_cpu_backend(Backend& chosen) { cpu_backend.store(&chosen, std::memory_order_release); }

void use_cuda_policy(CudaPolicy policy) {
  tf32 = policy.tf32;
  deterministic = policy.deterministic;
  workspace_limit = policy.workspace_limit;
}

CudaPolicy cuda_policy() {
  return {.tf32 = tf32, .deterministic = deterministic, .workspace_limit = workspace_limit};
}

}  // namespace DG_WIDTH
}  // namespace dg
