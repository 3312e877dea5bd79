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

// A sum without terms is zero.
void clear(Real* data, std::int64_t count) {
  if (count == 0) return;
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(Real);
  check(cudaMemsetAsync(data, 0, bytes, stream()), "cudaMemsetAsync");
}

class Convolutions {
 public:
  void run(ConvPass pass, const ConvGeometry& g, const Real* x, const Real* w, const Real* y) {
    const std::lock_guard lock(mutex_);  // a cuDNN handle serves one thread at a time
    const ConvolutionPlan& plan = plan_for(pass, g);
    reserve(static_cast<std::size_t>(plan.workspace()));
    plan.execute(dnn(), x, w, y, workspace_);
  }

 private:
  const ConvolutionPlan& plan_for(ConvPass pass, const ConvGeometry& g) {
    const CudaPolicy policy = cuda_policy();
    std::unique_ptr<ConvolutionPlan>& plan = plans_[{pass, policy, g}];
    if (plan == nullptr) {
      plan = std::make_unique<ConvolutionPlan>(pass, g, policy, Target{.handle = dnn()});
    }
    return *plan;
  }

  // Memory may be handed back while earlier work still uses it: whoever gets it works on the same stream.
  void reserve(std::size_t bytes) {
    if (bytes <= bytes_) return;
    cached_release(Device::cuda, workspace_, bytes_);
    workspace_ = nullptr;
    bytes_ = 0;
    workspace_ = cached_allocate(Device::cuda, bytes);
    bytes_ = bytes;
  }

  std::mutex mutex_;
  std::map<std::tuple<ConvPass, CudaPolicy, ConvGeometry>, std::unique_ptr<ConvolutionPlan>> plans_;
  void* workspace_ = nullptr;
  std::size_t bytes_ = 0;
};

Convolutions& convolutions() {
  static auto* const all = new Convolutions;  // leaked: the driver may be gone before static objects are
  return *all;
}

}  // namespace

void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y) {
  const std::int64_t pixels = g.n * g.out_h() * g.out_w();
  if (g.macs() == 0) {
    clear(y, pixels * g.k);
  } else {
    convolutions().run(ConvPass::forward, g, x, w, y);
  }
  if (bias != nullptr) for_each(Device::cuda, pixels, g.k, AddBias{y, bias, g.k});
}

void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx) {
  if (g.macs() == 0) return clear(dx, g.n * g.h * g.w * g.c);
  convolutions().run(ConvPass::backward_input, g, dx, w, dy);
}

void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw) {
  if (g.macs() == 0) return clear(dw, g.k * g.r * g.s * g.c);
  convolutions().run(ConvPass::backward_weight, g, x, dw, dy);
}

}  // namespace dg::cuda
