// Matrix products on the CPU, and which kernel serves which shape.
#pragma once
#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

/// C = alpha op(A) op(B) + beta C as in Backend::gemm, on all threads.
void gemm(const Gemm& g);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
