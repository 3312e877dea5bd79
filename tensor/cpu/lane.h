// As many floats at a time as one vector register of the machine we compile for holds, and the product of
// small matrices in that form, for operands that already lie in the cache and need no packing.
//
// A Lane wider than the machine's registers costs a factor of 20, because the compiler then keeps its halves
// in memory. Hence 16 floats with AVX-512, 8 with AVX, otherwise 4 (SSE2, which every x86-64 has).
//
// Nothing here needs the library: whoever includes this file links nothing for it.
#pragma once
#include <cstring>
#include <utility>

#include "tensor/real.h"

namespace dg::cpu {

/// Floats in a vector register, and how many such registers the machine has.
#if defined(__AVX512F__)
constexpr Index lanes = 16, vector_registers = 32;
#elif defined(__AVX__)
constexpr Index lanes = 8, vector_registers = 16;
#else
constexpr Index lanes = 4, vector_registers = 16;
#endif
using Lane [[gnu::vector_size(lanes * sizeof(float))]] = float;
/// A Lane anywhere in an array of floats.
using UnalignedLane [[gnu::vector_size(lanes * sizeof(float)), gnu::aligned(4), gnu::may_alias]] = float;

/// `count` rounded up to whole lanes.
constexpr Index padded(Index count) { return (count + lanes - 1) / lanes * lanes; }

[[gnu::always_inline]] inline void load(Lane& to, const float* from) {
  to = *reinterpret_cast<const UnalignedLane*>(from);
}

/// The first `count` of the floats at `from`, then zeros; the whole Lane where count >= lanes.
[[gnu::always_inline]] inline void load(Lane& to, const float* from, Index count) {
  if (count >= lanes) return load(to, from);
  to = Lane{};
  std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(float));
}

[[gnu::always_inline]] inline void store(float* to, const Lane& from) {
  *reinterpret_cast<UnalignedLane*>(to) = from;
}

/// The first `count` floats of `from`; the whole Lane where count >= lanes.
[[gnu::always_inline]] inline void store(float* to, const Lane& from, Index count) {
  if (count >= lanes) return store(to, from);
  std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(float));
}

/// f(0), f(1), ..., f(n - 1) with compile-time arguments.
template <Index n, class F>
[[gnu::always_inline]] inline void unrolled(const F& f) {
  [&]<Index... i>(std::integer_sequence<Index, i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<Index, i>{}), ...);
  }
  (std::make_integer_sequence<Index, n>{});
}

namespace detail {

// One step of transposing a square: rows a and b, `half` apart, swap the off-diagonal quarters of each block
// of 2 half x 2 half. Element l of a changes places with element l - half of b, for every l that has the bit
// `half`.
template <Index half, Index... l>
[[gnu::always_inline]] inline void exchange(Lane& a, Lane& b, std::integer_sequence<Index, l...>) {
  const Lane upper = __builtin_shufflevector(a, b, (l & half ? lanes + l - half : l)...);
  b = __builtin_shufflevector(a, b, (l & half ? lanes + l : l + half)...);
  a = upper;
}

template <Index half>
[[gnu::always_inline]] inline void transpose(Lane* rows) {
  if constexpr (half < lanes) {
    unrolled<lanes>([&](auto i) __attribute__((always_inline)) {
      if constexpr ((i & half) == 0) {
        exchange<half>(rows[i], rows[i + half], std::make_integer_sequence<Index, lanes>{});
      }
    });
    transpose<2 * half>(rows);
  }
}

}  // namespace detail

/// A square of lanes x lanes numbers becomes its transpose.
[[gnu::always_inline]] inline void transpose(Lane* rows) { detail::transpose<1>(rows); }

/// to [rows][padded cols] = the transpose of from [cols][rows], whose rows lie `distance` apart; zeros after
/// the columns.
inline void transpose(Index rows, Index cols, const float* from, Index distance, float* to) {
  const Index width = padded(cols);
  for (Index col = 0; col < width; col += lanes) {
    for (Index row = 0; row < rows; row += lanes) {
      Lane square[lanes];
      unrolled<lanes>([&](auto i) __attribute__((always_inline)) {
        square[i] = Lane{};
        if (col + i < cols) load(square[i], from + (col + i) * distance + row, rows - row);
      });
      transpose(square);
      unrolled<lanes>([&](auto i) __attribute__((always_inline)) {
        if (row + i < rows) store(to + (row + i) * width + col, square[i]);
      });
    }
  }
}

/// C = op(A) B, or C += op(A) B when `add`: op(A) rows x k, B k x cols, cols a multiple of `lanes`. A is
/// stored k x rows when transposed. Each number of C is one sum over k in float, from the first term to the
/// last, so its bits do not depend on where in C it stands.
struct SmallProduct {
  Index rows, cols, k;
  const float* a;
  Index lda;
  const float* b;
  Index ldb;
  float* c;
  Index ldc;
  bool add = false;
};

namespace detail {

// height rows by width lanes of C, held in registers.
template <bool transposed, Index height, Index width>
void multiply_block(const SmallProduct& s, Index row, Index col) {
  Lane sum[height][width];
  float* const c = s.c + row * s.ldc + col;
  const auto each = [](const auto& f) __attribute__((always_inline)) {
    unrolled<height>([&](auto i) __attribute__((always_inline)) {
      unrolled<width>([&](auto j) __attribute__((always_inline)) { f(i, j); });
    });
  };
  each([&](auto i, auto j) __attribute__((always_inline)) { sum[i][j] = Lane{}; });
  if (s.add) {
    each([&](auto i, auto j) __attribute__((always_inline)) { load(sum[i][j], c + i * s.ldc + j * lanes); });
  }
  const float* a = transposed ? s.a + row : s.a + row * s.lda;
  const float* b = s.b + col;
  for (Index p = 0; p < s.k; ++p, a += transposed ? s.lda : 1, b += s.ldb) {
    Lane right[width];
    unrolled<width>([&](auto j) __attribute__((always_inline)) { load(right[j], b + j * lanes); });
    each([&](auto i, auto j)
             __attribute__((always_inline)) { sum[i][j] += a[transposed ? i : i * s.lda] * right[j]; });
  }
  each([&](auto i, auto j) __attribute__((always_inline)) { store(c + i * s.ldc + j * lanes, sum[i][j]); });
}

// All rows from `row` on: blocks of `height` rows, then lower ones (8, 4, 2, 1) for the rows left.
template <bool transposed, Index height, Index width>
void multiply_rows(const SmallProduct& s, Index row, Index col) {
  for (; row + height <= s.rows; row += height) multiply_block<transposed, height, width>(s, row, col);
  if constexpr (height > 1) {
    constexpr Index next = height > 8 ? 8 : height / 2;
    if (row < s.rows) multiply_rows<transposed, next, width>(s, row, col);
  }
}

}  // namespace detail

template <bool transposed>
void multiply(const SmallProduct& s) {
  // Rows of a block that is two lanes wide, and of one that is one lane wide. All sums of a block stay in
  // registers, beside two for the row of B and one for the number of A: 12 x 2 + 3 of 32, or 6 x 2 + 3 of 16.
  // With one lane, half of the registers: 8 or 16 independent sums keep both multiply-add units busy, whose
  // latency is 4 cycles.
  constexpr Index height_of_two = vector_registers == 32 ? 12 : 6, height_of_one = vector_registers / 2;
  Index col = 0;
  for (; col + 2 * lanes <= s.cols; col += 2 * lanes) {
    detail::multiply_rows<transposed, height_of_two, 2>(s, 0, col);
  }
  if (col < s.cols) detail::multiply_rows<transposed, height_of_one, 1>(s, 0, col);
}

}  // namespace dg::cpu
