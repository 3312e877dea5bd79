#include "tensor/cuda/convolution.h"

#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "tensor/allocator.h"
#include "tensor/cuda/convolution_plan.h"
#include "tensor/cuda/device.h"
#include "tensor/parallel.h"

namespace dg::cuda {
namespace {

struct AddBias {
  Real* y;
  const Real* bias;
  std::int64_t channels;
  DG_FN void operator()(std::int64_t pixel, std::int64_t k) const { y[pixel * channels + k] += bias[k]; }
};

struct Fill {
  Real* out;
  Real value;
  DG_FN void operator()(std::int64_t i) const { out[i] = value; }
};

class Convolutions {
 public:
  void run(Pass pass, const ConvGeometry& g, const Real* x, const Real* w, const Real* y) {
    const std::lock_guard lock(mutex_);  // a cuDNN handle serves one thread at a time
    const ConvolutionPlan& plan = plan_for(pass, g);
    reserve(static_cast<std::size_t>(plan.workspace()));
    plan.execute(dnn(), x, w, y, workspace_);
  }
  std::size_t workspace_bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  using Key = std::tuple<Pass, bool, bool, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                         std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

  const ConvolutionPlan& plan_for(Pass pass, const ConvGeometry& g) {
    const CudaPolicy policy = cuda_policy();
    const Key key{pass,  policy.tf32, policy.deterministic, g.n, g.h, g.w, g.c, g.k, g.r, g.s, g.stride,
                  g.pad, g.dilation};
    auto found = plans_.find(key);
    if (found == plans_.end()) {
      found =
          plans_
              .emplace(key, std::make_unique<ConvolutionPlan>(
                                pass, g,
                                ConvolutionPolicy{.tf32 = policy.tf32, .deterministic = policy.deterministic},
                                Target{.handle = dnn()}))
              .first;
    }
    return *found->second;
  }

  // Handing memory back while earlier work still uses it is safe: whoever gets it works on the same stream.
  void reserve(std::size_t bytes) {
    if (bytes <= bytes_) return;
    cached_release(Device::cuda, workspace_, bytes_);
    workspace_ = nullptr;
    bytes_ = 0;
    workspace_ = cached_allocate(Device::cuda, bytes);
    bytes_ = bytes;
  }

  std::mutex mutex_;
  std::map<Key, std::unique_ptr<ConvolutionPlan>> plans_;
  void* workspace_ = nullptr;
  std::size_t bytes_ = 0;
};

Convolutions& convolutions() {
  static auto* const all = new Convolutions;  // leaked: the driver may be gone before static objects are
  return *all;
}

bool empty(const ConvGeometry& g) { return g.macs() == 0; }

}  // namespace

void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y) {
  const std::int64_t pixels = g.n * g.out_h() * g.out_w();
  if (empty(g)) {
    for_each(Device::cuda, pixels * g.k, Fill{y, 0});
  } else {
    convolutions().run(Pass::forward, g, x, w, y);
  }
  if (bias != nullptr) for_each(Device::cuda, pixels, g.k, AddBias{y, bias, g.k});
}

void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx) {
  if (empty(g)) return for_each(Device::cuda, g.n * g.h * g.w * g.c, Fill{dx, 0});
  convolutions().run(Pass::backward_input, g, dx, w, dy);
}

void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw) {
  if (empty(g)) return for_each(Device::cuda, g.k * g.r * g.s * g.c, Fill{dw, 0});
  convolutions().run(Pass::backward_weight, g, x, dw, dy);
}

std::size_t workspace_bytes() { return convolutions().workspace_bytes(); }

}  // namespace dg::cuda
