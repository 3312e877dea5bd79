// The small linear maps of Winograd's F(4x4, 3x3) on 16 channels at a time, and the loads and stores around
// them. Interpolation points 0, 1, -1, 2, -2, infinity. Each 1-d map is written out; a 2-d map applies it to
// the columns and then to the rows.
#pragma once
#include <cstdint>
#include <cstring>

namespace dg::winograd {

using Index = std::int64_t;

constexpr Index lanes = 16;
/// 16 channels of one pixel: one AVX-512 register; on smaller machines the compiler splits it.
using Lane [[gnu::vector_size(64)]] = float;

[[gnu::always_inline]] inline void load(Lane& to, const float* from, Index count) {
  if (count >= lanes) {
    std::memcpy(&to, from, sizeof(Lane));
  } else {
    to = Lane{};
    std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(float));
  }
}

[[gnu::always_inline]] inline void store(float* to, const Lane& from, Index count) {
  std::memcpy(to, &from, static_cast<std::size_t>(count >= lanes ? lanes : count) * sizeof(float));
}

constexpr Index tile = 4;          // output pixels a side
constexpr Index reach = tile + 2;  // input pixels a side
constexpr Index points = reach * reach;

/// B^T: 6 inputs to 6 points.
struct InputMap {
  static constexpr Index in = reach, out = reach;
  [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) {
    const Lane p = d[4] - 4 * d[2], q = d[3] - 4 * d[1], s = d[4] - d[2], u = 2 * (d[3] - d[1]);
    o[0] = 4 * d[0] - 5 * d[2] + d[4];
    o[1] = p + q;
    o[2] = p - q;
    o[3] = s + u;
    o[4] = s - u;
    o[5] = 4 * d[1] - 5 * d[3] + d[5];
  }
};

/// A^T: 6 points to 4 outputs.
struct OutputMap {
  static constexpr Index in = reach, out = tile;
  [[gnu::always_inline]] static void apply(const Lane* m, Lane* o) {
    const Lane s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    o[0] = m[0] + s1 + s2;
    o[1] = d1 + 2 * d2;
    o[2] = s1 + 4 * s2;
    o[3] = d1 + 8 * d2 + m[5];
  }
};

/// A: the adjoint of OutputMap.
struct OutputAdjoint {
  static constexpr Index in = tile, out = reach;
  [[gnu::always_inline]] static void apply(const Lane* d, Lane* o) {
    const Lane even1 = d[0] + d[2], odd1 = d[1] + d[3], even2 = d[0] + 4 * d[2], odd2 = 2 * d[1] + 8 * d[3];
    o[0] = d[0];
    o[1] = even1 + odd1;
    o[2] = even1 - odd1;
    o[3] = even2 + odd2;
    o[4] = even2 - odd2;
    o[5] = d[3];
  }
};

/// G: 3 filter positions to 6 points.
struct FilterMap {
  static constexpr Index in = 3, out = reach;
  [[gnu::always_inline]] static void apply(const Lane* w, Lane* o) {
    const Lane even1 = (w[0] + w[2]) * (-1.0f / 6), odd1 = w[1] * (1.0f / 6);
    const Lane even2 = w[0] * (1.0f / 24) + w[2] * (1.0f / 6), odd2 = w[1] * (1.0f / 12);
    o[0] = 0.25f * w[0];
    o[1] = even1 - odd1;
    o[2] = even1 + odd1;
    o[3] = even2 + odd2;
    o[4] = even2 - odd2;
    o[5] = w[2];
  }
};

/// G^T: the adjoint of FilterMap.
struct FilterAdjoint {
  static constexpr Index in = reach, out = 3;
  [[gnu::always_inline]] static void apply(const Lane* u, Lane* o) {
    const Lane s1 = (u[1] + u[2]) * (-1.0f / 6), s2 = u[3] + u[4];
    o[0] = 0.25f * u[0] + s1 + s2 * (1.0f / 24);
    o[1] = (u[2] - u[1]) * (1.0f / 6) + (u[3] - u[4]) * (1.0f / 12);
    o[2] = s1 + s2 * (1.0f / 6) + u[5];
  }
};

/// `Map` on the columns and then on the rows of a square.
template <class Map>
[[gnu::always_inline]] inline void apply_both(const Lane (&d)[Map::in][Map::in],
                                              Lane (&o)[Map::out][Map::out]) {
  Lane half[Map::out][Map::in];
  for (Index j = 0; j < Map::in; ++j) {
    Lane column[Map::in], mapped[Map::out];
    for (Index i = 0; i < Map::in; ++i) column[i] = d[i][j];
    Map::apply(column, mapped);
    for (Index i = 0; i < Map::out; ++i) half[i][j] = mapped[i];
  }
  for (Index i = 0; i < Map::out; ++i) Map::apply(half[i], o[i]);
}

}  // namespace dg::winograd
