#include "tensor/cpu/packed_product.h"

#include <algorithm>

#include "tensor/cpu/lane.h"
#include "tensor/parallel.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

// Columns of C (rows of B) that one thread computes together: the width of the widest register block of
// lane.h, so that each of A's numbers read from the cache is used on two lanes.
constexpr Index block_cols = 2 * lanes;
// Terms of the sum at a time. The transposed piece of B, block_terms x block_cols, is then 64 KiB with
// AVX-512 and 32 KiB with AVX: it stays in a core's cache while all rows of A are multiplied with it.
constexpr Index block_terms = 512;

// Which products come here. With more than max_rows rows of A, oneDNN's transposition of B is less than a
// sixth of its work; a B of fewer than min_matrix numbers (256 KiB) stays in a core's second-level cache,
// where it costs little; fewer than min_blocks blocks of columns would leave threads without work.
constexpr Index max_rows = 512, min_matrix = 1 << 16, min_blocks = 8;

// C's columns from j on, `cols` of them, from their sums [m][block_cols].
void write_columns(const Gemm& g, Index j, Index cols, const float* sums) {
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
  return !g.transpose_a && g.transpose_b && g.m <= max_rows && g.n >= min_blocks * block_cols &&
         g.n * g.k >= min_matrix;
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
      write_columns(g, j, cols, sums);
    }
  }
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
