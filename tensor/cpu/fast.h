// The fixed rule of the fast CPU backend: which kernel serves which convolution (fast.cpp says why).
#pragma once
#include "tensor/cpu/onednn.h"

namespace dg {
inline namespace DG_WIDTH {

enum class ConvKernel { pixel_pairs, winograd, direct };

/// The kernel that serves a pass: a function of the sizes alone.
ConvKernel conv_kernel(const ConvGeometry& g, ConvPass pass);

}  // namespace DG_WIDTH
}  // namespace dg
