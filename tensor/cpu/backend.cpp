// The fast CPU backend: memory in host_memory.h; products in gemm.cpp, convolutions in convolution.cpp.
#include "tensor/backend.h"

#include "tensor/cpu/convolution.h"
#include "tensor/cpu/gemm.h"
#include "tensor/cpu/host_memory.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

class FastCpuBackend final : public cpu::HostMemoryBackend {
 public:
  const char* name() const override { return "cpu"; }

  void gemm(const Gemm& g) override { cpu::gemm(g); }
  void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y) override {
    cpu::conv_forward(g, x, w, bias, y);
  }
  void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx) override {
    cpu::conv_backward_input(g, dy, w, dx);
  }
  void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw) override {
    cpu::conv_backward_weight(g, x, dy, dw);
  }
};

}  // namespace

Backend& fast_cpu_backend() {
  static auto* const backend = new FastCpuBackend;  // leaked: static tensors may outlive static objects
  return *backend;
}

}  // namespace DG_WIDTH
}  // namespace dg
