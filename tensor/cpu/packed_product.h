// C = alpha A B^T + beta C with A [m][k] of at most a few hundred rows and a large B [n][k]: the forward pass
// of a linear layer, of the classifier above all. B is read once; each thread transposes a few of its rows at
// a time into its cache and multiplies them with all of A. (oneDNN 2.6 transposes all of B first, which takes
// as long as the product with 81 rows: docs/performance.md.)
#pragma once
#include "tensor/backend.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

/// Is `g` such a product, with a matrix large enough to be worth it, and rows of B for several threads?
bool is_packed(const Gemm& g);
/// Computes it on all threads. The bits depend on the sizes alone.
void packed_product(const Gemm& g);

}  // namespace DG_WIDTH
}  // namespace dg::cpu
