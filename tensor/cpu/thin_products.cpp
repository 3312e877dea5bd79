#include "tensor/cpu/thin_products.h"

#include <algorithm>

#include "tensor/cpu/lane.h"
#include "tensor/parallel.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

constexpr Index most = 8;             // rows of the thin side
constexpr Index column_block = 1024;  // of the large matrix: a few such rows stay in the first cache
constexpr Index ahead = 512;          // numbers of it that are fetched beforehand
constexpr Index least = 1 << 16;      // numbers of the large matrix

// run(integral_constant<few>) for the number of rows.
template <class Run>
void with_rows(Index few, const Run& run) {
  unrolled<most>([&](auto i) {
    if (i + 1 == few) run(std::integral_constant<Index, i + 1>{});
  });
}

// The sum of all elements: those `half` apart are added, until one is left.
template <Index half = lanes / 2>
[[gnu::always_inline]] inline float sum_of(const Lane& lane) {
  if constexpr (half == 0) {
    return lane[0];
  } else {
    return [&]<Index... i>(std::integer_sequence<Index, i...>) __attribute__((always_inline)) {
      return sum_of<half / 2>(lane + __builtin_shufflevector(lane, lane, (i ^ half)...));
    }
    (std::make_integer_sequence<Index, lanes>{});
  }
}

void put(float& c, const Gemm& g, float product) { c = g.alpha * product + (g.beta == 0 ? 0 : g.beta * c); }

// C's column j: the products of `few` rows of A with row j of B.
template <Index few>
void dot_products(const Gemm& g, Index j) {
  const float* const b = g.b + j * g.ldb;
  Lane sum[few] = {};
  const auto step = [&](Index p, Index count) __attribute__((always_inline)) {
    Lane right;
    __builtin_prefetch(b + p + ahead);
    load(right, b + p, count);
    unrolled<few>([&](auto i) __attribute__((always_inline)) {
      Lane left;
      load(left, g.a + i * g.lda + p, count);
      sum[i] += left * right;
    });
  };
  Index p = 0;
  for (; p + lanes <= g.k; p += lanes) step(p, lanes);
  if (p < g.k) step(p, g.k - p);
  unrolled<few>([&](auto i) __attribute__((always_inline)) { put(g.c[i * g.ldc + j], g, sum_of(sum[i])); });
}

template <Index few>
void times_transposed(const Gemm& g) {
#pragma omp parallel for schedule(static)
  for (Index j = 0; j < g.n; ++j) dot_products<few>(g, j);
}

// sum [few][width] += A's columns from..to times those rows of B, over `width` columns of B.
template <Index few, Index rows>
void add_rows(const Gemm& g, Index from, const float* b, Index width, float* sum) {
  float factor[few][rows];
  for (Index i = 0; i < few; ++i) {
    for (Index r = 0; r < rows; ++r) factor[i][r] = g.a[i * g.lda + from + r];
  }
  const auto step = [&](Index j, Index count) __attribute__((always_inline)) {
    Lane row[rows];
    unrolled<rows>([&](auto r) __attribute__((always_inline)) {
      const float* const here = b + r * g.ldb + j;
      __builtin_prefetch(here + 2 * rows * g.ldb);
      load(row[r], here, count);
    });
    unrolled<few>([&](auto i) __attribute__((always_inline)) {
      Lane s;
      load(s, sum + i * width + j, count);
      unrolled<rows>([&](auto r) __attribute__((always_inline)) { s += factor[i][r] * row[r]; });
      store(sum + i * width + j, s, count);
    });
  };
  Index j = 0;
  for (; j + lanes <= width; j += lanes) step(j, lanes);
  if (j < width) step(j, width - j);
}

// Threads share blocks of columns; where those are too few, rows of B as well, and their sums are added in
// order.
template <Index few>
void times(const Gemm& g) {
  const Index columns = (g.n + column_block - 1) / column_block, t = threads();
  const Index parts = columns >= 2 * t ? 1 : std::min(t, g.k);
  const Scratch<float> partial(columns * parts * few * column_block);
#pragma omp parallel for schedule(static)
  for (Index task = 0; task < columns * parts; ++task) {
    const Index part = task % parts, begin = task / parts * column_block;
    const Index width = std::min(column_block, g.n - begin), end = g.k * (part + 1) / parts;
    float* const sum = partial.data() + task * few * column_block;
    std::fill_n(sum, few * width, 0.0f);
    Index row = g.k * part / parts;
    for (; row + 4 <= end; row += 4) add_rows<few, 4>(g, row, g.b + row * g.ldb + begin, width, sum);
    for (; row < end; ++row) add_rows<few, 1>(g, row, g.b + row * g.ldb + begin, width, sum);
  }
#pragma omp parallel for schedule(static) if (columns > 1)
  for (Index block = 0; block < columns; ++block) {
    const Index begin = block * column_block, width = std::min(column_block, g.n - begin);
    for (Index i = 0; i < few; ++i) {
      for (Index j = 0; j < width; ++j) {
        const float* const first = partial.data() + block * parts * few * column_block + i * width + j;
        float sum = 0;
        for (Index part = 0; part < parts; ++part) sum += first[part * few * column_block];
        put(g.c[i * g.ldc + begin + j], g, sum);
      }
    }
  }
}

template <Index few>
void transposed_times(const Gemm& g) {
#pragma omp parallel for schedule(static)
  for (Index row = 0; row < g.m; ++row) {
    float factor[few];
    for (Index p = 0; p < few; ++p) factor[p] = g.alpha * g.a[p * g.lda + row];
    float* const c = g.c + row * g.ldc;
    const auto step = [&](Index j, Index count) __attribute__((always_inline)) {
      Lane sum{};
      if (g.beta != 0) {
        load(sum, c + j, count);
        sum *= g.beta;
      }
      unrolled<few>([&](auto p) __attribute__((always_inline)) {
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
  if (g.transpose_a) return !g.transpose_b && g.k <= most && g.m * g.n >= least;
  return g.m <= most && g.n * g.k >= least;
}

void thin_product(const Gemm& g) {
  if (g.transpose_a) return with_rows(g.k, [&](auto few) { transposed_times<few>(g); });
  if (g.transpose_b) return with_rows(g.m, [&](auto few) { times_transposed<few>(g); });
  with_rows(g.m, [&](auto few) { times<few>(g); });
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
