// The fast CPU backend: which kernel serves which convolution. The rule is a function of the sizes alone, so
// that a run repeats bit for bit.
//
//   images of at most 4 pixels              pixel pairs (products straight on the tensors)
//   3x3, stride 1, dilation 1               Winograd
//   everything else                         oneDNN's direct kernel, or pixel pairs where oneDNN has none
#include <algorithm>

#include "tensor/cpu/host_memory.h"
#include "tensor/cpu/onednn.h"
#include "tensor/cpu/pixel_pairs.h"
#include "tensor/cpu/winograd.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

enum class Kernel { pixel_pairs, winograd, direct };

Kernel choose(const ConvGeometry& g, ConvPass pass) {
  if (g.h * g.w <= 4) return Kernel::pixel_pairs;
  if (winograd_tile(g, g.h, g.w) > 0) return Kernel::winograd;
  return onednn_convolves(g, pass) ? Kernel::direct : Kernel::pixel_pairs;
}

// C = beta C, for products over no terms.
void scale(const Gemm& g) {
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = 0; j < g.n; ++j) {
      float& c = g.c[i * g.ldc + j];
      c = g.beta == 0 ? 0 : g.beta * c;
    }
  }
}

class FastCpuBackend final : public HostMemoryBackend {
 public:
  const char* name() const override { return "cpu"; }

  void gemm(const Gemm& g) override {
    if (g.m == 0 || g.n == 0) return;
    if (g.k == 0) return scale(g);
    if (!onednn_gemm(g)) {
      throw BackendError(fmt::format("[gemm] oneDNN refused m {}, n {}, k {}, lda {}, ldb {}, ldc {}", g.m,
                                     g.n, g.k, g.lda, g.ldb, g.ldc));
    }
  }

  void conv_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias,
                    float* y) override {
    const std::int64_t pixels = g.n * g.out_h() * g.out_w();
    if (pixels == 0 || g.k == 0) return;
    if (g.c * g.r * g.s == 0) {
      for (std::int64_t i = 0; i < pixels * g.k; ++i) y[i] = bias == nullptr ? 0 : bias[i % g.k];
      return;
    }
    switch (choose(g, ConvPass::forward)) {
      case Kernel::pixel_pairs:
        return pixel_pairs_forward(g, x, w, bias, y);
      case Kernel::winograd:
        return winograd_forward(g, x, w, bias, y);
      case Kernel::direct:
        return onednn_conv_forward(g, x, w, bias, y);
    }
  }

  void conv_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) override {
    if (g.n * g.h * g.w * g.c == 0) return;
    if (empty(g)) return std::fill_n(dx, g.n * g.h * g.w * g.c, 0.0f), void();
    switch (choose(g, ConvPass::input)) {
      case Kernel::pixel_pairs:
        return pixel_pairs_backward_input(g, dy, w, dx);
      case Kernel::winograd:
        return winograd_backward_input(g, dy, w, dx);
      case Kernel::direct:
        return onednn_conv_backward_input(g, dy, w, dx);
    }
  }

  void conv_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) override {
    if (g.k * g.r * g.s * g.c == 0) return;
    if (empty(g)) return std::fill_n(dw, g.k * g.r * g.s * g.c, 0.0f), void();
    switch (choose(g, ConvPass::weight)) {
      case Kernel::pixel_pairs:
        return pixel_pairs_backward_weight(g, x, dy, dw);
      case Kernel::winograd:
        return winograd_backward_weight(g, x, dy, dw);
      case Kernel::direct:
        return onednn_conv_backward_weight(g, x, dy, dw);
    }
  }

 private:
  static bool empty(const ConvGeometry& g) { return g.macs() == 0; }
};

}  // namespace

Backend& fast_cpu_backend() {
  static auto* backend =
      new FastCpuBackend();  // leaked: tensors with static storage may outlive static objects
  return *backend;
}

}  // namespace DG_WIDTH
}  // namespace dg
