// The fast CPU backend: which kernel serves which convolution. The rule is a function of the sizes alone, so
// that a run repeats bit for bit. It compares multiplications per pair of channels, over all images:
//   dense   what a direct kernel does: output pixels x filter positions
//   valid   those that do not fall on padding: what pixel pairs do, and at best a direct kernel
//   points  what Winograd's tiles need, and the transforms of the filters
//
//   Winograd     points <= 0.55 (valid + 40 per filter position, for the direct kernel's own copy of the
//                filters), and channels that fill the lanes (8 -> 8 and 8 -> 16 are slower than direct)
//   pixel pairs  valid <= 0.6 dense (images of 2x2 and 3x3, or dilation close to the size of the image) and
//                valid <= points
//   direct       otherwise; where oneDNN has only loops for it, pixel pairs again
//
// Measured by `doppel bench convolution`: docs/performance.md.
#include "tensor/cpu/fast.h"

#include <algorithm>

#include "tensor/cpu/host_memory.h"
#include "tensor/cpu/lane.h"
#include "tensor/cpu/packed_product.h"
#include "tensor/cpu/pixel_pairs.h"
#include "tensor/cpu/thin_products.h"
#include "tensor/cpu/winograd.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

using Kernel = ConvKernel;

// How many of the out * taps products along one axis read a pixel inside the image.
Index valid_along(const ConvGeometry& g, Index in, Index out, Index taps) {
  Index count = 0;
  for (Index p = 0; p < out; ++p) {
    for (Index r = 0; r < taps; ++r) {
      const Index source = p * g.stride - g.pad + r * g.dilation;
      count += source >= 0 && source < in;
    }
  }
  return count;
}

bool fills_lanes(const ConvGeometry& g) { return padded(g.c) * padded(g.k) < 2 * g.c * g.k; }

}  // namespace

ConvKernel conv_kernel(const ConvGeometry& g, ConvPass pass) {
  const Index taps = g.r * g.s, dense = g.n * g.out_h() * g.out_w() * taps;
  const Index valid = g.n * valid_along(g, g.h, g.out_h(), g.r) * valid_along(g, g.w, g.out_w(), g.s);
  const WinogradCost winograd =
      pass == ConvPass::backward_input ? winograd_cost(g, g.h, g.w) : winograd_cost(g, g.out_h(), g.out_w());
  const bool transforms = winograd.tile > 0 && fills_lanes(g);
  if (10 * valid <= 6 * dense && (!transforms || valid <= winograd.products)) return Kernel::pixel_pairs;
  if (transforms && 100 * winograd.products <= 55 * (valid + 40 * taps)) return Kernel::winograd;
  return onednn_convolves(g, pass) ? Kernel::direct : Kernel::pixel_pairs;
}

namespace {

// C = beta C, for products over no terms.
void scale(const Gemm& g) {
  for (Index i = 0; i < g.m; ++i) {
    for (Index j = 0; j < g.n; ++j) {
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
    if (is_thin(g)) return thin_product(g);
    if (is_packed(g)) return packed_product(g);
    if (!onednn_gemm(g)) {
      throw BackendError(fmt::format("[gemm] oneDNN refused m {}, n {}, k {}, lda {}, ldb {}, ldc {}", g.m,
                                     g.n, g.k, g.lda, g.ldb, g.ldc));
    }
  }

  void conv_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias,
                    float* y) override {
    const Index pixels = g.n * g.out_h() * g.out_w();
    if (pixels == 0 || g.k == 0) return;
    if (g.c * g.r * g.s == 0) {
      for (Index i = 0; i < pixels * g.k; ++i) y[i] = bias == nullptr ? 0 : bias[i % g.k];
      return;
    }
    switch (conv_kernel(g, ConvPass::forward)) {
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
    if (g.macs() == 0) {
      std::fill_n(dx, g.n * g.h * g.w * g.c, 0.0f);
      return;
    }
    switch (conv_kernel(g, ConvPass::backward_input)) {
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
    if (g.macs() == 0) {
      std::fill_n(dw, g.k * g.r * g.s * g.c, 0.0f);
      return;
    }
    switch (conv_kernel(g, ConvPass::backward_weight)) {
      case Kernel::pixel_pairs:
        return pixel_pairs_backward_weight(g, x, dy, dw);
      case Kernel::winograd:
        return winograd_backward_weight(g, x, dy, dw);
      case Kernel::direct:
        return onednn_conv_backward_weight(g, x, dy, dw);
    }
  }
};

}  // namespace

Backend& fast_cpu_backend() {
  static auto* backend =
      new FastCpuBackend();  // leaked: tensors with static storage may outlive static objects
  return *backend;
}

}  // namespace DG_WIDTH
}  // namespace dg
