#include "tensor/cpu/winograd.h"

#include <atomic>

#include "tensor/cpu/onednn.h"
#include "tensor/cpu/winograd_tiles.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

using namespace winograd;
using Floats = Scratch<float>;

// How a pass is shared out. Small filters: each thread takes blocks of tiles through all stages, so that a
// block's transformed tiles stay in its cache, and multiplies them without packing. Large filters or few
// tiles: all threads go through one stage after the other, and the products are oneDNN's, split over points
// and rows.
struct Sharing {
  bool by_tiles;
  Index groups;  // of tiles, each served by one thread
  Index blocks;  // per group, one after the other

  Index largest_block(Index tiles) const { return tiles / (groups * blocks) + 1; }
};

Sharing share(Index tiles, Index points, Index c, Index k) {
  constexpr Index cache_floats = 192 << 10, largest_filters = 1 << 16, smallest_block = 24;
  const Index t = threads();
  if (c * k > largest_filters || tiles < 16 * t) return {.by_tiles = false, .groups = 1, .blocks = 1};
  const Index fitting = std::max(smallest_block, cache_floats / (points * (padded(c) + padded(k))));
  return {.by_tiles = true, .groups = t, .blocks = (tiles + t * fitting - 1) / (t * fitting)};
}

// y = conv(x, u) + bias for transformed filters u [points][c][k].
template <class W>
void convolve(const char* where, const Grid& grid, const Images& x, const Panel& u, const float* bias,
              float* y) {
  const Index c = u.range.size(), k = u.channels;
  const Range all{0, grid.tiles()};
  const Index width = padded(k);
  const Sharing s = share(all.size(), W::points, c, k);
  const Floats zeros(x.w * c);
  std::fill_n(zeros.data(), x.w * c, 0.0f);
  const Index room = s.largest_block(all.size()), v_floats = Panel::floats(W::points, room, c),
              m_floats = Panel::floats(W::points, room, k);
  const Floats scratch(s.groups * (v_floats + m_floats));
  if (s.by_tiles) {
#pragma omp parallel for schedule(static, 1)
    for (Index group = 0; group < s.groups; ++group) {
      float* const mine = scratch.data() + group * (v_floats + m_floats);
      for (Index block = 0; block < s.blocks; ++block) {
        const Range tiles = all.part(group * s.blocks + block, s.groups * s.blocks);
        const Panel v{mine, tiles, c}, m{mine + v_floats, tiles, k};
        scatter_points<typename W::InputMap>(grid, x, tiles, zeros.data(), v);
        for (Index p = 0; p < W::points; ++p) {
          multiply<false>({.rows = tiles.size(),
                           .cols = width,
                           .k = c,
                           .a = v.point(p),
                           .lda = padded(c),
                           .b = u.point(p),
                           .ldb = width,
                           .c = m.point(p),
                           .ldc = width});
        }
        gather_outputs<typename W::OutputMap>(grid, m, tiles, bias, y);
      }
    }
    return;
  }
  const Panel v{scratch.data(), all, c}, m{scratch.data() + v_floats, all, k};
  const Index parts = std::max<Index>(1, all.size() / 128);
  std::atomic<bool> ok = true;
#pragma omp parallel for schedule(static)
  for (Index t = 0; t < all.size(); ++t) {
    scatter_points<typename W::InputMap>(grid, x, {t, t + 1}, zeros.data(), v);
  }
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < W::points * parts; ++i) {
    const Index p = i / parts;
    const Range rows = all.part(i % parts, parts);
    if (!onednn_gemm({.m = rows.size(),
                      .n = width,
                      .k = c,
                      .a = v.point(p) + rows.begin * padded(c),
                      .lda = padded(c),
                      .b = u.point(p),
                      .ldb = width,
                      .c = m.point(p) + rows.begin * width,
                      .ldc = width})) {
      ok = false;
    }
  }
#pragma omp parallel for schedule(static)
  for (Index t = 0; t < all.size(); ++t) gather_outputs<typename W::OutputMap>(grid, m, {t, t + 1}, bias, y);
  require_products(ok, where);
}

template <class W>
void forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  const Floats exchanged(g.r * g.s * g.c * g.k), u_scratch(Panel::floats(W::points, g.c, g.k));
  exchange_filters(g.k, g.r * g.s, g.c, w, exchanged.data());
  const Panel u{u_scratch.data(), {0, g.c}, g.k};
  transform_filters<typename W::FilterMap>(
      {.data = exchanged.data(), .tap_stride = g.c * g.k, .row_stride = g.k}, false, u);
  const Grid grid{g.n, g.out_h(), g.out_w(), g.dilation, W::tile};
  convolve<W>("conv_forward", grid, {x, g.h, g.w, g.pad}, u, bias, y);
}

template <class W>
void backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  const Floats u_scratch(Panel::floats(W::points, g.k, g.c));
  const Panel u{u_scratch.data(), {0, g.k}, g.c};
  transform_filters<typename W::FilterMap>({.data = w, .tap_stride = g.c, .row_stride = g.r * g.s * g.c},
                                           true, u);
  const Grid grid{g.n, g.h, g.w, g.dilation, W::tile};
  const Index pad = g.dilation * (g.r - 1) - g.pad;
  convolve<W>("conv_backward_input", grid, {dy, g.out_h(), g.out_w(), pad}, u, nullptr, dx);
}

template <class W>
void backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  const Grid grid{g.n, g.out_h(), g.out_w(), g.dilation, W::tile};
  const Range all{0, grid.tiles()};
  const Index width = padded(g.c), du_floats = Panel::floats(W::points, g.k, g.c);
  const Sharing s = share(all.size(), W::points, g.c, g.k);
  const Index room = s.largest_block(all.size()), v_floats = Panel::floats(W::points, room, g.c),
              m_floats = Panel::floats(W::points, room, g.k), zero_floats = std::max(g.w * g.c, grid.w * g.k);
  const Floats du_scratch(s.groups * du_floats), scratch(s.groups * (v_floats + m_floats)),
      zeros(zero_floats);
  std::fill_n(zeros.data(), zero_floats, 0.0f);
  const Images images{x, g.h, g.w, g.pad}, upstream{dy, grid.h, grid.w, 0};
  const Panel du{du_scratch.data(), {0, g.k}, g.c};
  if (s.by_tiles) {
#pragma omp parallel for schedule(static, 1)
    for (Index group = 0; group < s.groups; ++group) {
      float* const mine = scratch.data() + group * (v_floats + m_floats);
      for (Index block = 0; block < s.blocks; ++block) {
        const Range tiles = all.part(group * s.blocks + block, s.groups * s.blocks);
        const Panel v{mine, tiles, g.c}, m{mine + v_floats, tiles, g.k};
        scatter_points<typename W::InputMap>(grid, images, tiles, zeros.data(), v);
        scatter_points<typename W::OutputAdjoint>(grid, upstream, tiles, zeros.data(), m);
        for (Index p = 0; p < W::points; ++p) {
          multiply<true>({.rows = g.k,
                          .cols = width,
                          .k = tiles.size(),
                          .a = m.point(p),
                          .lda = padded(g.k),
                          .b = v.point(p),
                          .ldb = width,
                          .c = du.point(p) + group * du_floats,
                          .ldc = width,
                          .add = block > 0});
        }
      }
    }
  } else {
    const Panel v{scratch.data(), all, g.c}, m{scratch.data() + v_floats, all, g.k};
    const Index parts = std::max<Index>(1, g.k / 128);
    std::atomic<bool> ok = true;
#pragma omp parallel for schedule(static)
    for (Index t = 0; t < all.size(); ++t) {
      scatter_points<typename W::InputMap>(grid, images, {t, t + 1}, zeros.data(), v);
      scatter_points<typename W::OutputAdjoint>(grid, upstream, {t, t + 1}, zeros.data(), m);
    }
#pragma omp parallel for schedule(static)
    for (Index i = 0; i < W::points * parts; ++i) {
      const Index p = i / parts;
      const Range rows = Range{0, g.k}.part(i % parts, parts);
      if (!onednn_gemm({.transpose_a = true,
                        .m = rows.size(),
                        .n = width,
                        .k = all.size(),
                        .a = m.point(p) + rows.begin,
                        .lda = padded(g.k),
                        .b = v.point(p),
                        .ldb = width,
                        .c = du.point(p) + rows.begin * width,
                        .ldc = width})) {
        ok = false;
      }
    }
    require_products(ok, "conv_backward_weight");
  }
  filter_gradient<typename W::FilterAdjoint>(du, s.groups, du_floats, dw);
}

// run(Maps<m, r>{}) for the maps that serve output images of h x w.
template <class Run>
void with_maps(const ConvGeometry& g, Index h, Index w, const Run& run) {
  switch (10 * winograd_cost(g, h, w).tile + g.r) {
    case 43:
      return run(Maps<4, 3>{});
    case 53:
      return run(Maps<5, 3>{});
    case 63:
      return run(Maps<6, 3>{});
    case 45:
      return run(Maps<4, 5>{});
    default:
      throw Error("[winograd] no transform for this convolution");
  }
}

}  // namespace

WinogradCost winograd_cost(const ConvGeometry& g, std::int64_t h, std::int64_t w) {
  if (g.stride != 1 || g.r != g.s || (g.r != 3 && g.r != 5)) return {};
  WinogradCost best;
  for (const Index tile : {4, 5, 6}) {
    if (g.r == 5 && tile > 4) break;  // transforms of 9 and 10 points lose too many digits
    const Index tiles = Grid{1, h, w, g.dilation, tile}.tiles(), size = tile + g.r - 1;
    if (best.tile == 0 || tiles * size * size < best.products) best = {tile, tiles, tiles * size * size};
  }
  return best;
}

void winograd_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  with_maps(g, g.out_h(), g.out_w(), [&]<class W>(W) { forward<W>(g, x, w, bias, y); });
}

void winograd_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  with_maps(g, g.h, g.w, [&]<class W>(W) { backward_input<W>(g, dy, w, dx); });
}

void winograd_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  with_maps(g, g.out_h(), g.out_w(), [&]<class W>(W) { backward_weight<W>(g, x, dy, dw); });
}

}  // namespace DG_WIDTH
}  // namespace dg
