// Convolution of tiny images as matrix products over the pairs of an output pixel and an input pixel that a
// filter position connects, straight on NHWC images and KRSC filters:
//
//   y[:, p, :] = bias + sum over pairs (p, q) of  x[:, q, :] * w[:, tap(p, q), :]^T          [n, c] x [c, k]
//   dx[:, q, :] = sum over pairs of dy[:, p, :] * w[:, tap(p, q), :]                         [n, k] x [k, c]
//   dw[:, t, :] = sum over pairs with tap(p, q) = t of dy[:, p, :]^T * x[:, q, :]            [k, n] x [n, c]
//
// No work is spent on padding (a 2x2 image with a 3x3 filter has 16 pairs; a direct kernel computes 36
// products) and nothing is copied. Any geometry works, but a product has only n rows, one per image, so this
// pays where there are few pixels and many channels.
#pragma once
#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

/// As Backend::conv_*; all sizes must be >= 1.
void pixel_pairs_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y);
void pixel_pairs_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx);
void pixel_pairs_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
