// Convolutions through cuDNN, on the compute stream. A plan per pass, geometry and policy is built at first
// use and kept; all share one workspace that grows to the largest any of them needs.
#pragma once
#include "tensor/backend.h"

namespace dg::cuda {

/// As in Backend. Empty images cost nothing: their outputs are empty, or zero for dw.
void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y);
void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx);
void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw);

/// Bytes of the shared workspace now.
std::size_t workspace_bytes();

}  // namespace dg::cuda
