// The linear maps of Winograd's F(m, r): m outputs of a 1-d correlation with r filter taps from m + r - 1
// multiplications (Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, CVPR 2016):
//
//   y = A^T [ (G w) . (B^T x) ],   x of size m + r - 1
//
// after Cook and Toom: a product of polynomials is evaluated at size - 1 points p and at infinity, and
// interpolated. With P(t) = product of (t - p), the row of p is
//   A^T: p^i       G: p^i / Q(p)       B^T: coefficients of Q(t) = P(t) / (t - p)
// and the row of infinity has the last unit vector in A^T and G and the coefficients of P in B^T. The points
// are 0 (for even sizes), then the pairs +-1, +-2, +-1/2: powers of two multiply without rounding, and both
// members of a pair share the sums over even and over odd powers.
#pragma once
#include <array>

#include "tensor/cpu/lane.h"

namespace dg::cpu::winograd {

/// The positive members of the pairs.
constexpr std::array<double, 3> paired_points = {1, 2, 0.5};

/// Rows: the point 0 if it is one, the positive member of each pair, infinity. Columns: `terms` inputs or
/// outputs.
template <Index size, Index terms>
using Table = std::array<std::array<float, terms>, size / 2 + 1>;

template <Index m, Index r>
struct Maps {
  static constexpr Index tile = m, taps = r, size = m + r - 1, points = size * size;
  static constexpr Index skipped = 0;  // pixels before a tile's first output that its maps do not read
  static constexpr Index zero = size % 2 == 0, pairs = (size - 1 - zero) / 2, rows = size / 2 + 1;

  struct Tables {
    Table<size, size> input{};
    Table<size, m> output{};
    Table<size, r> filter{};
  };

  static constexpr Tables make() {
    std::array<double, size> whole{1};  // P
    const auto add_root = [&whole](double point) {
      for (Index i = size - 1; i >= 0; --i) whole[i] = (i > 0 ? whole[i - 1] : 0) - point * whole[i];
    };
    if (zero) add_root(0);
    for (Index i = 0; i < pairs; ++i) {
      add_root(paired_points[i]);
      add_root(-paired_points[i]);
    }
    Tables t;
    for (Index row = 0; row + 1 < rows; ++row) {
      const double point = row < zero ? 0 : paired_points[row - zero];
      std::array<double, size> quotient{};  // Q, by Horner's division
      for (Index i = size - 1; i > 0; --i) quotient[i - 1] = whole[i] + point * quotient[i];
      double at_point = 0, power = 1;
      for (Index i = size - 1; i >= 0; --i) at_point = at_point * point + quotient[i];
      for (Index i = 0; i < size; ++i) t.input[row][i] = static_cast<float>(quotient[i]);
      for (Index i = 0; i < size; ++i, power *= point) {
        if (i < m) t.output[row][i] = static_cast<float>(power);
        if (i < r) t.filter[row][i] = static_cast<float>(power / at_point);
      }
    }
    for (Index i = 0; i < size; ++i) t.input[rows - 1][i] = static_cast<float>(whole[i]);
    t.output[rows - 1][m - 1] = 1;
    t.filter[rows - 1][r - 1] = 1;
    return t;
  }

  static constexpr Tables tables = make();

  // sum over j = first, first + step, ... of table[row][j] d[j]
  template <const auto& table, Index row, Index first, Index step>
  [[gnu::always_inline]] static void combine(const Lane* d, Lane& sum) {
    constexpr Index terms = static_cast<Index>(table[0].size());
    constexpr Index start = [] {
      Index j = first;
      while (table[row][j] == 0) j += step;
      return j;
    }();
    sum = table[row][start] * d[start];
    unrolled<terms>([&](auto j) __attribute__((always_inline)) {
      constexpr float factor = table[row][j];
      if constexpr (j > start && j % step == first % step && factor != 0) sum += factor * d[j];
    });
  }

  /// The values at all points of the polynomial with coefficients d: B^T x, A y or G w.
  template <const auto& table>
  [[gnu::always_inline]] static void evaluate(const Lane* d, Lane* o) {
    if constexpr (zero == 1) combine<table, 0, 0, 1>(d, o[0]);
    unrolled<pairs>([&](auto i) __attribute__((always_inline)) {
      Lane even, odd;
      combine<table, zero + i, 0, 2>(d, even);
      combine<table, zero + i, 1, 2>(d, odd);
      o[zero + 2 * i] = even + odd;
      o[zero + 2 * i + 1] = even - odd;
    });
    combine<table, rows - 1, 0, 1>(d, o[size - 1]);
  }

  /// The adjoint of evaluate: A^T m or G^T u.
  template <const auto& table>
  [[gnu::always_inline]] static void collect(const Lane* v, Lane* o) {
    Lane sum[pairs], difference[pairs];
    for (Index i = 0; i < pairs; ++i) {
      sum[i] = v[zero + 2 * i] + v[zero + 2 * i + 1];
      difference[i] = v[zero + 2 * i] - v[zero + 2 * i + 1];
    }
    unrolled<static_cast<Index>(table[0].size())>([&](auto j) __attribute__((always_inline)) {
      const Lane* const parts = j % 2 == 0 ? sum : difference;
      o[j] = table[zero][j] * parts[0];
      unrolled<pairs - 1>([&](auto i) __attribute__((always_inline)) {
        o[j] += table[zero + 1 + i][j] * parts[1 + i];
      });
      if constexpr (zero == 1 && table[0][j] != 0) o[j] += table[0][j] * v[0];
      if constexpr (table[rows - 1][j] != 0) o[j] += table[rows - 1][j] * v[size - 1];
    });
  }

  static constexpr Table<size, size> input_table = tables.input;
  static constexpr Table<size, m> output_table = tables.output;
  static constexpr Table<size, r> filter_table = tables.filter;

  struct InputMap {  // B^T
    static constexpr Index in = size, out = size;
    [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) { evaluate<input_table>(d, o); }
  };
  struct OutputMap {  // A^T
    static constexpr Index in = size, out = m;
    [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) { collect<output_table>(d, o); }
  };
  struct OutputAdjoint {  // A
    static constexpr Index in = m, out = size;
    [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) { evaluate<output_table>(d, o); }
  };
  struct FilterMap {  // G
    static constexpr Index in = r, out = size;
    [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) { evaluate<filter_table>(d, o); }
  };
  struct FilterAdjoint {  // G^T
    static constexpr Index in = size, out = r;
    [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) { collect<filter_table>(d, o); }
  };
};

/// F(2, 3) on images of at most two pixels a side (after taking every `dilation`-th one) under padding that
/// keeps their size: all the other pixels that it reads are padding. What is left is a product with a 2x2
/// Toeplitz matrix,
///
///   y_0 = w_1 x_0 + w_2 x_1 = w_1 (x_0 + x_1) + (w_2 - w_1) x_1
///   y_1 = w_0 x_0 + w_1 x_1 = w_1 (x_0 + x_1) + (w_0 - w_1) x_0
///
/// three multiplications where F(2, 3) has four: Karatsuba's product of two linear polynomials, transposed.
struct TwoPixels {
  static constexpr Index tile = 2, taps = 3, points = 9, skipped = 1;

  struct InputMap {
    static constexpr Index in = 2, out = 3;
    [[gnu::always_inline]] static void apply(const Lane* x, Lane* o) {
      o[0] = x[0];
      o[1] = x[0] + x[1];
      o[2] = x[1];
    }
  };
  struct OutputMap {
    static constexpr Index in = 3, out = 2;
    [[gnu::always_inline]] static void apply(const Lane* v, Lane* y) {
      y[0] = v[1] + v[2];
      y[1] = v[1] + v[0];
    }
  };
  struct OutputAdjoint {
    static constexpr Index in = 2, out = 3;
    [[gnu::always_inline]] static void apply(const Lane* y, Lane* o) {
      o[0] = y[1];
      o[1] = y[0] + y[1];
      o[2] = y[0];
    }
  };
  struct FilterMap {
    static constexpr Index in = 3, out = 3;
    [[gnu::always_inline]] static void apply(const Lane* w, Lane* o) {
      o[0] = w[0] - w[1];
      o[1] = w[1];
      o[2] = w[2] - w[1];
    }
  };
  struct FilterAdjoint {
    static constexpr Index in = 3, out = 3;
    [[gnu::always_inline]] static void apply(const Lane* u, Lane* w) {
      w[0] = u[0];
      w[1] = u[1] - u[0] - u[2];
      w[2] = u[2];
    }
  };
};

/// `Map` on the columns and then on the rows of a square of numbers: read(j, column) fetches column j, and
/// write(i, row) takes row i of the first `rows` of the result.
template <class Map, class Read, class Write>
[[gnu::always_inline]] inline void apply_both(const Read& read, Index rows, const Write& write) {
  Lane half[Map::out][Map::in];
  for (Index j = 0; j < Map::in; ++j) {
    Lane column[Map::in], mapped[Map::out];
    read(j, column);
    Map::apply(column, mapped);
    unrolled<Map::out>([&](auto i) __attribute__((always_inline)) { half[i][j] = mapped[i]; });
  }
  for (Index i = 0; i < rows; ++i) {
    Lane row[Map::out];
    Map::apply(half[i], row);
    write(i, row);
  }
}

}  // namespace dg::cpu::winograd
