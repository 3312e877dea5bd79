// Matrix products with one short side, of at most 8: what a layer's weights do to a small batch. Each number
// of the large matrix is used a few times only, so the product takes as long as reading (or writing) that
// matrix once, in long runs, without a copy.
//
//   C = alpha A B^T + beta C     A [few][k], B [n][k]          forward
//   C = alpha A B + beta C       A [few][k], B [k][n]          by input
//   C = alpha A^T B + beta C     A [few][m], B [few][n]        by weight
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
