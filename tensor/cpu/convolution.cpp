// The rule compares numbers of multiplications per pair of an input and an output channel, over all images:
//   dense     output pixels x filter positions: what a direct kernel does that multiplies the padding as well
//   valid     those of them whose input pixel lies inside the image: what pixel pairs do, and a direct kernel
//             at best
//   winograd  what Winograd's tiles need, the transforms of the filters included (winograd_cost)
//
// and takes
//   winograd     where winograd <= 0.55 (valid + 40 per filter position) and the channels fill the lanes
//   pixel pairs  where valid <= 0.6 dense (images of 2x2 and 3x3, or a dilation close to the size of the
//                image) and valid <= winograd
//   direct       otherwise; where oneDNN has nothing but reference loops for it, pixel pairs again
//
// The three numbers were fitted to `doppel bench convolution` on the shapes of the network
// (docs/performance.md). 0.55: a multiplication of Winograd's costs nearly two of a direct kernel, because of
// the transforms around it. 40: in each call a direct kernel copies the filters into a layout of its own,
// which takes as long as that many output pixels. 0.6: pixel pairs multiply many small matrices, which is
// slower per multiplication.
#include "tensor/cpu/convolution.h"

#include <algorithm>

#include "tensor/cpu/lane.h"
#include "tensor/cpu/onednn.h"
#include "tensor/cpu/pixel_pairs.h"
#include "tensor/cpu/winograd.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

constexpr ConvKernel kernels[] = {
    {"winograd", [](const ConvGeometry& g, ConvPass pass) { return winograd_cost(g, pass).tile > 0; },
     winograd_forward, winograd_backward_input, winograd_backward_weight},
    {"pixel_pairs", [](const ConvGeometry&, ConvPass) { return true; }, pixel_pairs_forward,
     pixel_pairs_backward_input, pixel_pairs_backward_weight},
    {"direct", onednn_convolves, onednn_conv_forward, onednn_conv_backward_input,
     onednn_conv_backward_weight}};
constexpr const ConvKernel &by_winograd = kernels[0], &by_pixel_pairs = kernels[1], &direct = kernels[2];

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

// Is more than half of the products of padded channels useful? With 16 lanes, 8 -> 8 and 8 -> 16 channels are
// slower by Winograd than by a direct kernel.
bool fills_lanes(const ConvGeometry& g) { return padded(g.c) * padded(g.k) < 2 * g.c * g.k; }

}  // namespace

std::span<const ConvKernel> conv_kernels() { return kernels; }

const ConvKernel& chosen_conv_kernel(const ConvGeometry& g, ConvPass pass) {
  const Index taps = g.r * g.s, dense = g.n * g.out_h() * g.out_w() * taps;
  const Index valid = g.n * valid_along(g, g.h, g.out_h(), g.r) * valid_along(g, g.w, g.out_w(), g.s);
  const WinogradCost winograd = winograd_cost(g, pass);
  const bool transforms = winograd.tile > 0 && fills_lanes(g);
  if (10 * valid <= 6 * dense && (!transforms || valid <= winograd.products)) return by_pixel_pairs;
  if (transforms && 100 * winograd.products <= 55 * (valid + 40 * taps)) return by_winograd;
  return direct.can(g, pass) ? direct : by_pixel_pairs;
}

void conv_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  const Index pixels = g.n * g.out_h() * g.out_w();
  if (pixels == 0 || g.k == 0) return;
  if (g.c * g.r * g.s == 0) {
    for (Index i = 0; i < pixels * g.k; ++i) y[i] = bias == nullptr ? 0 : bias[i % g.k];
    return;
  }
  chosen_conv_kernel(g, ConvPass::forward).forward(g, x, w, bias, y);
}

void conv_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  const Index size = g.n * g.h * g.w * g.c;
  if (size == 0) return;
  if (g.macs() == 0) {
    std::fill_n(dx, size, 0.0f);
    return;
  }
  chosen_conv_kernel(g, ConvPass::backward_input).backward_input(g, dy, w, dx);
}

void conv_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  const Index size = g.k * g.r * g.s * g.c;
  if (size == 0) return;
  if (g.macs() == 0) {
    std::fill_n(dw, size, 0.0f);
    return;
  }
  chosen_conv_kernel(g, ConvPass::backward_weight).backward_weight(g, x, dy, dw);
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
