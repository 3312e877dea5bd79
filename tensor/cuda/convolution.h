// Convolutions through cuDNN, on the compute stream. The plan of a pass, geometry and policy is built at its
// first use and kept; all plans share one workspace, which grows to the largest that any of them needs.
#pragma once
#include "tensor/backend.h"

namespace dg::cuda {

/// As in Backend. Sums without terms (no images or no channels) are zero, plus the bias.
void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y);
void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx);
void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw);

}  // namespace dg::cuda
