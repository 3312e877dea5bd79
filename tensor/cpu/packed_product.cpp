#include "tensor/cpu/packed_product.h"

#include <algorithm>

#include "tensor/cpu/lane.h"
#include "tensor/parallel.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

constexpr Index most = 512;              // rows of A
constexpr Index least = 1 << 16;         // numbers of B
constexpr Index block_cols = 2 * lanes;  // of C, made together by one thread
constexpr Index least_blocks = 8;        // of columns, for the threads to share
constexpr Index block_terms = 512;       // of the sum at a time: their piece of B stays in a core's cache

// The columns of C from j on, `cols` of them, from their sums [m][block_cols].
void put(const Gemm& g, Index j, Index cols, const float* sums) {
  for (Index i = 0; i < g.m; ++i) {
    float* const c = g.c + i * g.ldc + j;
    for (Index q = 0; q < cols; q += lanes) {
      Lane sum, old{};
      load(sum, sums + i * block_cols + q);
      if (g.beta != 0) load(old, c + q, cols - q);
      store(c + q, g.alpha * sum + g.beta * old, cols - q);
    }
  }
}

}  // namespace

bool is_packed(const Gemm& g) {
  return !g.transpose_a && g.transpose_b && g.m <= most && g.n >= least_blocks * block_cols &&
         g.n * g.k >= least;
}

void packed_product(const Gemm& g) {
  const Index t = threads(), blocks = (g.n + block_cols - 1) / block_cols, width = padded(g.m);
  const Index piece_floats = block_terms * block_cols, floats = piece_floats + g.m * block_cols;
  const Scratch<float> a(g.k * width), scratch(t * floats);
#pragma omp parallel for schedule(static)
  for (Index k = 0; k < g.k; k += block_terms) {
    transpose(std::min(block_terms, g.k - k), g.m, g.a + k, g.lda, a.data() + k * width);
  }
#pragma omp parallel for schedule(static, 1)
  for (Index thread = 0; thread < t; ++thread) {
    float* const piece = scratch.data() + thread * floats;
    float* const sums = piece + piece_floats;
    for (Index block = blocks * thread / t; block < blocks * (thread + 1) / t; ++block) {
      const Index j = block * block_cols, cols = std::min(block_cols, g.n - j);
      for (Index k = 0; k < g.k; k += block_terms) {
        const Index terms = std::min(block_terms, g.k - k);
        transpose(terms, cols, g.b + j * g.ldb + k, g.ldb, piece);
        multiply<true>({.rows = g.m,
                        .cols = padded(cols),
                        .k = terms,
                        .a = a.data() + k * width,
                        .lda = width,
                        .b = piece,
                        .ldb = padded(cols),
                        .c = sums,
                        .ldc = block_cols,
                        .add = k > 0});
      }
      put(g, j, cols, sums);
    }
  }
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
