#include "tensor/cpu/winograd.h"

#include <algorithm>
#include <atomic>

#include "tensor/cpu/onednn.h"
#include "tensor/cpu/winograd_tile.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

using namespace winograd;

// How tiles cover a stack of images: tile t lies in image t / (down * right).
struct Grid {
  Index n, h, w;  // output images
  Index down = (h + tile - 1) / tile, right = (w + tile - 1) / tile;
  Index tiles() const { return n * down * right; }
};

struct Range {
  Index begin, end;
  Index size() const { return end - begin; }
  /// Part `i` of `parts` nearly equal ones.
  Range part(Index i, Index parts) const {
    return {begin + size() * i / parts, begin + size() * (i + 1) / parts};
  }
};

// Transformed tiles [points][tiles][channels] of the tiles `range`.
struct Panel {
  float* data;
  Range range;
  Index channels;
  float* point(Index p) const { return data + p * range.size() * channels; }
};

// Reads for every tile the square of Map::in pixels a side that starts `pad` pixels before the tile, zero
// outside the image, and writes its Map::out^2 points. Used for x (B^T x B) and for dy (A dy A^T, pad 0).
template <class Map>
void scatter_points(const Grid& grid, const float* images, Index h, Index w, Index pad, Range tiles,
                    const Panel& to) {
  const Index channels = to.channels, stride = to.range.size() * channels;
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const Index image = t / (grid.down * grid.right), top = t / grid.right % grid.down * tile - pad,
                left = t % grid.right * tile - pad;
    for (Index c = 0; c < channels; c += lanes) {
      Lane d[Map::in][Map::in], o[Map::out][Map::out];
      for (Index i = 0; i < Map::in; ++i) {
        const Index row = top + i;
        const float* const from = images + ((image * h + row) * w + left) * channels + c;
        for (Index j = 0; j < Map::in; ++j) {
          if (row < 0 || row >= h || left + j < 0 || left + j >= w) {
            d[i][j] = Lane{};
          } else {
            load(d[i][j], from + j * channels, channels - c);
          }
        }
      }
      apply_both<Map>(d, o);
      float* const out = to.data + (t - to.range.begin) * channels + c;
      for (Index i = 0; i < Map::out; ++i) {
        for (Index j = 0; j < Map::out; ++j) store(out + (i * Map::out + j) * stride, o[i][j], channels - c);
      }
    }
  }
}

// y = A^T m A + bias for every tile; what reaches past the image is dropped.
void gather_outputs(const Grid& grid, const Panel& from, Range tiles, const float* bias, float* y) {
  const Index channels = from.channels, stride = from.range.size() * channels;
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const Index image = t / (grid.down * grid.right), top = t / grid.right % grid.down * tile,
                left = t % grid.right * tile;
    const Index rows = std::min(tile, grid.h - top), cols = std::min(tile, grid.w - left);
    for (Index k = 0; k < channels; k += lanes) {
      Lane m[reach][reach], o[tile][tile], b{};
      const float* const in = from.data + (t - from.range.begin) * channels + k;
      for (Index i = 0; i < reach; ++i) {
        for (Index j = 0; j < reach; ++j) load(m[i][j], in + (i * reach + j) * stride, channels - k);
      }
      apply_both<OutputMap>(m, o);
      if (bias != nullptr) load(b, bias + k, channels - k);
      for (Index i = 0; i < rows; ++i) {
        float* const out = y + ((image * grid.h + top + i) * grid.w + left) * channels + k;
        for (Index j = 0; j < cols; ++j) store(out + j * channels, o[i][j] + b, channels - k);
      }
    }
  }
}

// u [points][k][c] = G w G^T; `turned` takes every filter turned by 180 degrees.
void transform_filters(Index k, Index c, const float* w, bool turned, float* u) {
#pragma omp parallel for schedule(static)
  for (Index filter = 0; filter < k; ++filter) {
    for (Index channel = 0; channel < c; channel += lanes) {
      Lane d[3][3], o[reach][reach];
      for (Index tap = 0; tap < 9; ++tap) {
        load(d[tap / 3][tap % 3], w + (filter * 9 + (turned ? 8 - tap : tap)) * c + channel, c - channel);
      }
      apply_both<FilterMap>(d, o);
      for (Index p = 0; p < points; ++p) {
        store(u + (p * k + filter) * c + channel, o[p / reach][p % reach], c - channel);
      }
    }
  }
}

// dw = G^T du G, where du is the sum of `partials` arrays [points][k][c], added in their order.
void filter_gradient(Index k, Index c, const float* du, Index partials, float* dw) {
#pragma omp parallel for schedule(static)
  for (Index filter = 0; filter < k; ++filter) {
    for (Index channel = 0; channel < c; channel += lanes) {
      Lane d[reach][reach], o[3][3];
      for (Index p = 0; p < points; ++p) {
        Lane& sum = d[p / reach][p % reach];
        const float* const from = du + (p * k + filter) * c + channel;
        load(sum, from, c - channel);
        for (Index i = 1; i < partials; ++i) {
          Lane more;
          load(more, from + i * points * k * c, c - channel);
          sum += more;
        }
      }
      apply_both<FilterAdjoint>(d, o);
      for (Index tap = 0; tap < 9; ++tap) {
        store(dw + (filter * 9 + tap) * c + channel, o[tap / 3][tap % 3], c - channel);
      }
    }
  }
}

// How a pass is shared out. Small filters: each thread takes blocks of tiles through all stages, so that a
// block's transformed tiles stay in its cache. Large filters (or few tiles): all threads go through one stage
// after the other, and the products are split over points and rows.
struct Sharing {
  bool by_tiles;
  Index groups;  // of tiles, one after the other served by one thread each
  Index blocks;  // per group
};

Sharing share(Index tiles, Index c, Index k) {
  constexpr Index cache_bytes = 5 << 18, largest_filters = 1 << 16;
  const Index t = threads();
  const Index fitting =
      std::max<Index>(32, cache_bytes / (points * (c + k) * static_cast<Index>(sizeof(float))));
  if (c * k > largest_filters || tiles < 16 * t) return {.by_tiles = false, .groups = 1, .blocks = 1};
  return {.by_tiles = true, .groups = t, .blocks = (tiles + t * fitting - 1) / (t * fitting)};
}

void require_products(bool ok, const char* where) {
  if (!ok) throw BackendError(fmt::format("[{}] oneDNN refused a matrix product", where));
}

Index largest_block(const Sharing& s, Index tiles) { return tiles / (s.groups * s.blocks) + 2; }

// y = conv(x, u) + bias for transformed filters u: [points][k][c], or [points][c][k] when `exchanged`.
void convolve(const char* where, const Grid& grid, const float* x, Index h, Index w, Index c, Index pad,
              const float* u, bool exchanged, Index k, const float* bias, float* y) {
  const Range all{0, grid.tiles()};
  const Sharing s = share(all.size(), c, k);
  std::atomic<bool> ok = true;
  const auto multiply = [&](const Panel& v, const Panel& m, Index point, Range rows) {
    if (!onednn_gemm({.transpose_b = !exchanged,
                      .m = rows.size(),
                      .n = k,
                      .k = c,
                      .a = v.point(point) + rows.begin * c,
                      .lda = c,
                      .b = u + point * k * c,
                      .ldb = exchanged ? k : c,
                      .c = m.point(point) + rows.begin * k,
                      .ldc = k})) {
      ok = false;
    }
  };
  if (s.by_tiles) {
    const Index room = largest_block(s, all.size()) * points;
    const detail::Scratch<float> scratch(s.groups * room * (c + k));
#pragma omp parallel for schedule(static, 1)
    for (Index group = 0; group < s.groups; ++group) {
      float* const mine = scratch.data() + group * room * (c + k);
      for (Index block = 0; block < s.blocks; ++block) {
        const Range tiles = all.part(group * s.blocks + block, s.groups * s.blocks);
        const Panel v{mine, tiles, c}, m{mine + room * c, tiles, k};
        scatter_points<InputMap>(grid, x, h, w, pad, tiles, v);
        for (Index point = 0; point < points; ++point) multiply(v, m, point, {0, tiles.size()});
        gather_outputs(grid, m, tiles, bias, y);
      }
    }
  } else {
    const detail::Scratch<float> v_scratch(points * all.size() * c), m_scratch(points * all.size() * k);
    const Panel v{v_scratch.data(), all, c}, m{m_scratch.data(), all, k};
    const Index parts = std::max<Index>(1, all.size() / 128);
#pragma omp parallel for schedule(static)
    for (Index t = 0; t < all.size(); ++t) scatter_points<InputMap>(grid, x, h, w, pad, {t, t + 1}, v);
#pragma omp parallel for schedule(static)
    for (Index i = 0; i < points * parts; ++i) {
      multiply(v, m, i / parts, Range{0, all.size()}.part(i % parts, parts));
    }
#pragma omp parallel for schedule(static)
    for (Index t = 0; t < all.size(); ++t) gather_outputs(grid, m, {t, t + 1}, bias, y);
  }
  require_products(ok, where);
}

}  // namespace

bool winograd_fits(const ConvGeometry& g) {
  return g.r == 3 && g.s == 3 && g.stride == 1 && g.dilation == 1 && g.pad <= 2;
}

void winograd_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  const detail::Scratch<float> u(points * g.k * g.c);
  transform_filters(g.k, g.c, w, false, u.data());
  convolve("conv_forward", Grid{g.n, g.out_h(), g.out_w()}, x, g.h, g.w, g.c, g.pad, u.data(), false, g.k,
           bias, y);
}

void winograd_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  const detail::Scratch<float> u(points * g.k * g.c);
  transform_filters(g.k, g.c, w, true, u.data());
  convolve("conv_backward_input", Grid{g.n, g.h, g.w}, dy, g.out_h(), g.out_w(), g.k, 2 - g.pad, u.data(),
           true, g.c, nullptr, dx);
}

void winograd_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  const Grid grid{g.n, g.out_h(), g.out_w()};
  const Range all{0, grid.tiles()};
  const Sharing s = share(all.size(), g.c, g.k);
  const detail::Scratch<float> du(s.groups * points * g.k * g.c);
  std::atomic<bool> ok = true;
  // du [k rows][c] of one point, from the tiles of a panel
  const auto multiply = [&](const Panel& m, const Panel& v, Index point, Range rows, bool add, float* to) {
    if (!onednn_gemm({.transpose_a = true,
                      .m = rows.size(),
                      .n = g.c,
                      .k = v.range.size(),
                      .a = m.point(point) + rows.begin,
                      .lda = g.k,
                      .b = v.point(point),
                      .ldb = g.c,
                      .beta = add ? 1.0f : 0.0f,
                      .c = to + (point * g.k + rows.begin) * g.c,
                      .ldc = g.c})) {
      ok = false;
    }
  };
  if (s.by_tiles) {
    const Index room = largest_block(s, all.size()) * points;
    const detail::Scratch<float> scratch(s.groups * room * (g.c + g.k));
#pragma omp parallel for schedule(static, 1)
    for (Index group = 0; group < s.groups; ++group) {
      float* const mine = scratch.data() + group * room * (g.c + g.k);
      for (Index block = 0; block < s.blocks; ++block) {
        const Range tiles = all.part(group * s.blocks + block, s.groups * s.blocks);
        const Panel v{mine, tiles, g.c}, m{mine + room * g.c, tiles, g.k};
        scatter_points<InputMap>(grid, x, g.h, g.w, g.pad, tiles, v);
        scatter_points<OutputAdjoint>(grid, dy, grid.h, grid.w, 0, tiles, m);
        for (Index point = 0; point < points; ++point) {
          multiply(m, v, point, {0, g.k}, block > 0, du.data() + group * points * g.k * g.c);
        }
      }
    }
  } else {
    const detail::Scratch<float> v_scratch(points * all.size() * g.c), m_scratch(points * all.size() * g.k);
    const Panel v{v_scratch.data(), all, g.c}, m{m_scratch.data(), all, g.k};
    const Index parts = std::max<Index>(1, g.k / 128);
#pragma omp parallel for schedule(static)
    for (Index t = 0; t < all.size(); ++t) {
      scatter_points<InputMap>(grid, x, g.h, g.w, g.pad, {t, t + 1}, v);
      scatter_points<OutputAdjoint>(grid, dy, grid.h, grid.w, 0, {t, t + 1}, m);
    }
#pragma omp parallel for schedule(static)
    for (Index i = 0; i < points * parts; ++i) {
      multiply(m, v, i / parts, Range{0, g.k}.part(i % parts, parts), false, du.data());
    }
  }
  require_products(ok, "conv_backward_weight");
  filter_gradient(g.k, g.c, du.data(), s.groups, dw);
}

}  // namespace DG_WIDTH
}  // namespace dg
