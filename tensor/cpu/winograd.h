// Winograd convolution (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016) for
// square filters with stride 1 and any dilation: F(4x4, 3x3) makes 16 output pixels from 36 multiplications
// instead of 144, F(5x5, 3x3) 25 from 49 instead of 225, F(6x6, 3x3) 36 from 64 instead of 324, F(4x4, 5x5)
// 16 from 64 instead of 400. Where there are few tiles, the smaller F(2x2, 3x3) and F(3x3, 3x3) cost less,
// because there are fewer transformed filters to make. Images of two pixels a side need 9 multiplications
// (winograd_maps.h).
//
//   y = A^T [ (G w G^T) . (B^T x B) ] A      per tile of m x m outputs, from the inputs it reads
//
// Over all tiles, with V = B^T x B as [points][tiles][c], U = G w G^T as [points][c][k] and M = A dy A^T as
// [points][tiles][k], each point is one matrix product:
//   forward            y = A^T (V U) A + bias
//   gradient w.r.t. x  the forward formula again: dx is the convolution of dy with the filters turned by 180
//                      degrees and their roles of k and c exchanged, under padding dilation (r - 1) - pad
//   gradient w.r.t. w  dw = G^T (V^T M) G, the adjoint of w -> y
// A convolution with dilation d is d^2 dense ones on the images made of every d-th pixel: a tile's pixels
// then lie d apart.
#pragma once
#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

struct WinogradCost {
  Index tile = 0;  // outputs a side of the tiles that cost least; 0: there is no transform
  // multiplications per pair of channels over all images, with the transforms of the filters counted as such
  Index products = 0;
};

/// What a pass costs. There are transforms for square filters of 3x3 and 5x5 with stride 1.
WinogradCost winograd_cost(const ConvGeometry& g, ConvPass pass);

/// As Backend::conv_*, where winograd_cost(...).tile > 0; all sizes must be >= 1.
void winograd_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y);
void winograd_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx);
void winograd_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
