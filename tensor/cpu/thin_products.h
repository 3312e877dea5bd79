// Matrix products in which one matrix has a short side of at most 8, as when a layer's weights meet a small
// batch. Each number of the large matrix is used a few times only, so the product takes as long as reading
// (or writing) that matrix once, in long runs, without a copy.
//
//   C = alpha A B^T + beta C     A [m][k], B [n][k], m <= 8     a linear layer forward
//   C = alpha A B + beta C       A [m][k], B [k][n], m <= 8     its gradient with respect to the input
//   C = alpha A^T B + beta C     A [k][m], B [k][n], k <= 8     its gradient with respect to the weight
#pragma once
#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

/// Is `g` such a product, with a matrix large enough to be worth it?
bool is_thin(const Gemm& g);
/// Computes it on all threads. The bits depend on the sizes and the thread count alone.
void thin_product(const Gemm& g);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
