// The two things we use oneDNN for: matrix products and direct convolutions. Its own header is included in
// one file only (onednn.cpp), which compiles with the 2.6 and the 3.x interface.
//
// Images are NHWC as everywhere. The filters (KRSC) are copied in each call into the layout that oneDNN asks
// for, because on KRSC itself it falls back to kernels that are 2 to 1000 times slower.
#pragma once
#include <string>

#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

/// The version of the library that is loaded: "2.6.0".
std::string onednn_version();

/// C = alpha op(A) op(B) + beta C on all threads; from inside a parallel region, on the calling thread. All
/// sizes must be >= 1. Throws BackendError when oneDNN refuses.
void onednn_gemm(const Gemm& g);

/// True when oneDNN has a kernel for this pass that is more than its own reference loops.
bool onednn_convolves(const ConvGeometry& g, ConvPass pass);

/// One pass on all threads; the other arguments as in Backend. All sizes must be >= 1. Throws BackendError
/// with oneDNN's own words.
void onednn_conv_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y);
void onednn_conv_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx);
void onednn_conv_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
