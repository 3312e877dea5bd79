#include "tensor/cpu/thin_products.h"

#include <algorithm>

#include "tensor/cpu/lane.h"
#include "tensor/parallel.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

// The longest short side. A kernel is compiled for each length, and its sums, one Lane per row, stay in
// registers; from 9 rows on the large matrix is used often enough for a product in blocks.
constexpr Index max_thin = 8;
// The fewest numbers of the large matrix. A smaller one, of 256 KiB, stays in a core's second-level cache,
// where reading it once or several times makes little difference: oneDNN serves it.
constexpr Index min_matrix = 1 << 16;
// A B^T: how many numbers ahead a row of B is prefetched. 2 KiB are 32 cache lines, enough to cover the
// latency of main memory.
constexpr Index prefetch_distance = 512;
// A B: columns of B at a time. Their sums, at most 8 rows of 4 KiB, stay in the first-level cache.
constexpr Index block_cols = 1024;
// A B: rows of B at a time. Each sum is loaded and stored once for that many products.
constexpr Index block_rows = 4;

// run(thin) with the length of the short side, 1 to max_thin, as a compile-time constant.
template <class Run>
void with_static_size(Index thin, const Run& run) {
  unrolled<max_thin>([&](auto i) {
    if (i + 1 == thin) run(std::integral_constant<Index, i + 1>{});
  });
}

// The sum of all elements: those `half` apart are added, until one is left.
template <Index half = lanes / 2>
[[gnu::always_inline]] inline float horizontal_sum(const Lane& lane) {
  if constexpr (half == 0) {
    return lane[0];
  } else {
    return [&]<Index... i>(std::integer_sequence<Index, i...>) __attribute__((always_inline)) {
      return horizontal_sum<half / 2>(lane + __builtin_shufflevector(lane, lane, (i ^ half)...));
    }
    (std::make_integer_sequence<Index, lanes>{});
  }
}

void write(float& c, const Gemm& g, float product) { c = g.alpha * product + (g.beta == 0 ? 0 : g.beta * c); }

// C's column j: the inner products of A's rows with row j of B.
template <Index m>
void column_of_abt(const Gemm& g, Index j) {
  const float* const b = g.b + j * g.ldb;
  Lane sum[m] = {};
  const auto step = [&](Index p, Index count) __attribute__((always_inline)) {
    Lane right;
    __builtin_prefetch(b + p + prefetch_distance);
    load(right, b + p, count);
    unrolled<m>([&](auto i) __attribute__((always_inline)) {
      Lane left;
      load(left, g.a + i * g.lda + p, count);
      sum[i] += left * right;
    });
  };
  Index p = 0;
  for (; p + lanes <= g.k; p += lanes) step(p, lanes);
  if (p < g.k) step(p, g.k - p);
  unrolled<m>([&](auto i)
                  __attribute__((always_inline)) { write(g.c[i * g.ldc + j], g, horizontal_sum(sum[i])); });
}

template <Index m>
void product_abt(const Gemm& g) {
#pragma omp parallel for schedule(static)
  for (Index j = 0; j < g.n; ++j) column_of_abt<m>(g, j);
}

// sum [m][cols] += A's columns `first` to first + rows times those rows of B, over `cols` columns of B from
// `b` on.
template <Index m, Index rows>
void add_rows(const Gemm& g, Index first, const float* b, Index cols, float* sum) {
  float factor[m][rows];
  for (Index i = 0; i < m; ++i) {
    for (Index r = 0; r < rows; ++r) factor[i][r] = g.a[i * g.lda + first + r];
  }
  const auto step = [&](Index j, Index count) __attribute__((always_inline)) {
    Lane row[rows];
    unrolled<rows>([&](auto r) __attribute__((always_inline)) {
      const float* const here = b + r * g.ldb + j;
      // The rows of the call after the next: a row's block is too short for the hardware prefetcher.
      __builtin_prefetch(here + 2 * rows * g.ldb);
      load(row[r], here, count);
    });
    unrolled<m>([&](auto i) __attribute__((always_inline)) {
      Lane s;
      load(s, sum + i * cols + j, count);
      unrolled<rows>([&](auto r) __attribute__((always_inline)) { s += factor[i][r] * row[r]; });
      store(sum + i * cols + j, s, count);
    });
  };
  Index j = 0;
  for (; j + lanes <= cols; j += lanes) step(j, lanes);
  if (j < cols) step(j, cols - j);
}

// Threads share the blocks of columns. Where there are fewer than two a thread, they share the rows of B as
// well, and the partial sums of the parts are added in order.
template <Index m>
void product_ab(const Gemm& g) {
  const Index blocks = (g.n + block_cols - 1) / block_cols, t = threads();
  const Index parts = blocks >= 2 * t ? 1 : std::min(t, g.k);
  const Scratch<float> partial(blocks * parts * m * block_cols);
#pragma omp parallel for schedule(static)
  for (Index task = 0; task < blocks * parts; ++task) {
    const Index part = task % parts, begin = task / parts * block_cols;
    const Index cols = std::min(block_cols, g.n - begin), end = g.k * (part + 1) / parts;
    float* const sum = partial.data() + task * m * block_cols;
    std::fill_n(sum, m * cols, 0.0f);
    Index row = g.k * part / parts;
    for (; row + block_rows <= end; row += block_rows) {
      add_rows<m, block_rows>(g, row, g.b + row * g.ldb + begin, cols, sum);
    }
    for (; row < end; ++row) add_rows<m, 1>(g, row, g.b + row * g.ldb + begin, cols, sum);
  }
#pragma omp parallel for schedule(static) if (blocks > 1)
  for (Index block = 0; block < blocks; ++block) {
    const Index begin = block * block_cols, cols = std::min(block_cols, g.n - begin);
    for (Index i = 0; i < m; ++i) {
      for (Index j = 0; j < cols; ++j) {
        const float* const first = partial.data() + block * parts * m * block_cols + i * cols + j;
        float sum = 0;
        for (Index part = 0; part < parts; ++part) sum += first[part * m * block_cols];
        write(g.c[i * g.ldc + begin + j], g, sum);
      }
    }
  }
}

template <Index k>
void product_atb(const Gemm& g) {
#pragma omp parallel for schedule(static)
  for (Index row = 0; row < g.m; ++row) {
    float factor[k];
    for (Index p = 0; p < k; ++p) factor[p] = g.alpha * g.a[p * g.lda + row];
    float* const c = g.c + row * g.ldc;
    const auto step = [&](Index j, Index count) __attribute__((always_inline)) {
      Lane sum{};
      if (g.beta != 0) {
        load(sum, c + j, count);
        sum *= g.beta;
      }
      unrolled<k>([&](auto p) __attribute__((always_inline)) {
        Lane b;
        load(b, g.b + p * g.ldb + j, count);
        sum += factor[p] * b;
      });
      store(c + j, sum, count);
    };
    Index j = 0;
    for (; j + lanes <= g.n; j += lanes) step(j, lanes);
    if (j < g.n) step(j, g.n - j);
  }
}

}  // namespace

bool is_thin(const Gemm& g) {
  if (g.transpose_a) return !g.transpose_b && g.k <= max_thin && g.m * g.n >= min_matrix;
  return g.m <= max_thin && g.n * g.k >= min_matrix;
}

void thin_product(const Gemm& g) {
  if (g.transpose_a) return with_static_size(g.k, [&](auto k) { product_atb<k>(g); });
  if (g.transpose_b) return with_static_size(g.m, [&](auto m) { product_abt<m>(g); });
  with_static_size(g.m, [&](auto m) { product_ab<m>(g); });
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
