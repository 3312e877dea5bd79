// Convolutions on the CPU: all kernels in one table, and the rule that says which of them serves which pass.
// The rule is a function of the sizes alone, so that a run repeats bit for bit.
#pragma once
#include <span>

#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

/// One way to compute the passes of a convolution. The arguments are those of Backend's functions, and all
/// sizes must be >= 1.
struct ConvKernel {
  const char* name;
  /// True when this kernel can compute this pass of this convolution.
  bool (*can)(const ConvGeometry& g, ConvPass pass);
  void (*forward)(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y);
  void (*backward_input)(const ConvGeometry& g, const float* dy, const float* w, float* dx);
  void (*backward_weight)(const ConvGeometry& g, const float* x, const float* dy, float* dw);
};

/// Every kernel there is. A new kernel is a new line of this table: the backend, `doppel bench convolution`
/// and the parity test take theirs from here.
std::span<const ConvKernel> conv_kernels();

/// The kernel that serves this pass, by the rule. All sizes must be >= 1.
const ConvKernel& chosen_conv_kernel(const ConvGeometry& g, ConvPass pass);

/// As in Backend, by the chosen kernel. Sums without terms are zero (plus the bias).
void conv_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y);
void conv_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx);
void conv_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
