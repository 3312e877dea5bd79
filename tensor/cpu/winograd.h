// Winograd convolution F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR
// 2016) for 3x3 filters, stride 1, dilation 1: 36 multiplications make 16 output pixels, instead of 144.
//
//   y = A^T [ (G w G^T) . (B^T x B) ] A      per 4x4 tile of outputs, from the 6x6 inputs it reads
//
// Over all tiles, with V = B^T x B as [36][tiles][c], U = G w G^T as [36][k][c] and M = A dy A^T as
// [36][tiles][k], each of the 36 points is one matrix product:
//   forward     A^T (V U^T) A + bias
//   by input    the forward formula again: dx is the convolution of dy with the filters turned by 180 degrees
//   and
//               their roles of k and c exchanged, under padding 2 - pad
//   by weight   G^T (M^T V) G, the adjoint of w -> y
#pragma once
#include "tensor/backend.h"

namespace dg {
inline namespace DG_WIDTH {

/// True for 3x3 filters with stride 1, dilation 1 and padding 0, 1 or 2.
bool winograd_fits(const ConvGeometry& g);

/// As Backend::conv_*, where winograd_fits(g); all sizes must be >= 1.
void winograd_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y);
void winograd_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx);
void winograd_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw);

}  // namespace DG_WIDTH
}  // namespace dg
