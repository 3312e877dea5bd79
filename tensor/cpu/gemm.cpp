#include "tensor/cpu/gemm.h"

#include "tensor/check.h"
#include "tensor/cpu/onednn.h"
#include "tensor/cpu/packed_product.h"
#include "tensor/cpu/thin_products.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

// What is left of a product without terms: C = beta C.
void scale(const Gemm& g) {
  for (Index i = 0; i < g.m; ++i) {
    for (Index j = 0; j < g.n; ++j) {
      float& c = g.c[i * g.ldc + j];
      c = g.beta == 0 ? 0 : g.beta * c;
    }
  }
}

}  // namespace

// The choice is a function of the sizes and transposes alone: our own two kernels take the products of a
// large matrix with a small one, where oneDNN would copy or transpose the large one first; oneDNN takes all
// others.
void gemm(const Gemm& g) {
  if (g.m == 0 || g.n == 0) return;
  if (g.k == 0) return scale(g);
  if (is_thin(g)) return thin_product(g);
  if (is_packed(g)) return packed_product(g);
  onednn_gemm(g);
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
