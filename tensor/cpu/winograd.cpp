#include "tensor/cpu/winograd.h"

#include <algorithm>

#include "tensor/cpu/winograd_filters.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

using namespace winograd;
using Floats = Scratch<float>;

// How a pass is shared out. Many tiles: each thread takes blocks of tiles through all stages, so that a
// block's transformed tiles stay in its cache; the transformed filters are shared. Few tiles: all tiles are
// transformed first, then each thread takes blocks of filters through all stages, so that transformed
// filters, which are larger than the filters by points / taps, never leave its cache.
struct Sharing {
  bool by_tiles;
  Index groups;  // each served by one thread
  Index blocks;  // of tiles per group, one after the other

  Index largest_block(Index tiles) const { return tiles / (groups * blocks) + 1; }
};

Sharing share(Index tiles, Index points, Index c, Index k) {
  constexpr Index cache_floats = 192 << 10, smallest_block = 24;
  const Index t = threads();
  if (tiles < std::max(2 * std::min(c, k), 16 * t)) return {.by_tiles = false, .groups = t, .blocks = 1};
  const Index fitting = std::max(smallest_block, cache_floats / (points * (padded(c) + padded(k))));
  return {.by_tiles = true, .groups = t, .blocks = (tiles + t * fitting - 1) / (t * fitting)};
}

struct Zeros : Floats {
  explicit Zeros(Index count) : Floats(count) { std::fill_n(data(), count, 0.0f); }
};

// All tiles of some images, transformed, as one panel per block of channels.
template <class Map>
class TransformedTiles {
 public:
  TransformedTiles(const Grid& grid, const Images& images, const Blocks& channels)
      : tiles_{0, grid.tiles()},
        channels_(channels),
        floats_(Panel::floats(Map::out * Map::out, tiles_.size(), channels.size)),
        scratch_(channels_.count() * floats_) {
    const Zeros line(images.w * images.channels);
#pragma omp parallel for schedule(static) collapse(2)
    for (Index i = 0; i < channels_.count(); ++i) {
      for (Index t = 0; t < tiles_.size(); ++t) {
        Images part = images;
        part.data += channels_[i].begin;
        scatter_points<Map>(grid, part, {t, t + 1}, line.data(), (*this)[i]);
      }
    }
  }
  Panel operator[](Index i) const { return {scratch_.data() + i * floats_, tiles_, channels_[i].size()}; }

 private:
  Range tiles_;
  Blocks channels_;
  Index floats_;
  Floats scratch_;
};

template <class W>
void convolve_by_tiles(const Sharing& s, const Grid& grid, const Images& x, const FilterBank& filters,
                       const float* bias, float* y) {
  const Range all{0, grid.tiles()};
  const Blocks from = filters.from(), to = filters.to();
  const Index c = from.channels, k = to.channels, u_floats = FilterBank::floats(W::points);
  const Index squares = from.count() * to.count();
  const Floats u_scratch(squares * u_floats), exchanged(s.groups * filters.scratch_floats());
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < s.groups; ++group) {
    for (Index square = group; square < squares; square += s.groups) {
      filters.transform<W>(from[square % from.count()], to[square / from.count()],
                           exchanged.data() + group * filters.scratch_floats(),
                           u_scratch.data() + square * u_floats);
    }
  }
  const Index room = s.largest_block(all.size()), v_floats = Panel::floats(W::points, room, c),
              m_floats = Panel::floats(W::points, room, k);
  const Floats scratch(s.groups * (v_floats + m_floats));
  const Zeros line(x.w * c);
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < s.groups; ++group) {
    float* const mine = scratch.data() + group * (v_floats + m_floats);
    for (Index part = 0; part < s.blocks; ++part) {
      const Range tiles = all.part(group * s.blocks + part, s.groups * s.blocks);
      const Panel v{mine, tiles, c}, m{mine + v_floats, tiles, k};
      scatter_points<typename W::InputMap>(grid, x, tiles, line.data(), v);
      for (Index p = 0; p < W::points; ++p) {
        for (Index j = 0; j < to.count(); ++j) {
          for (Index i = 0; i < from.count(); ++i) {
            const Panel u{
                u_scratch.data() + (j * from.count() + i) * u_floats, {0, from[i].size()}, to[j].size()};
            multiply<false>({.rows = tiles.size(),
                             .cols = padded(to[j].size()),
                             .k = from[i].size(),
                             .a = v.point(p) + from[i].begin,
                             .lda = padded(c),
                             .b = u.point(p),
                             .ldb = padded(to[j].size()),
                             .c = m.point(p) + to[j].begin,
                             .ldc = padded(k),
                             .add = i > 0});
          }
        }
      }
      gather_outputs<typename W::OutputMap>(grid, m, tiles, bias, y, k);
    }
  }
}

template <class W>
void convolve_by_filters(const Sharing& s, const Grid& grid, const Images& x, const FilterBank& filters,
                         const float* bias, float* y) {
  const Blocks from = filters.from(), to = filters.to();
  const TransformedTiles<typename W::InputMap> v(grid, x, from);
  const Range all{0, grid.tiles()};
  // Results whose filters lie side by side are made together, so that memory is read in long runs.
  const Index together = std::clamp<Index>(to.count() / s.groups, 1, filters.by_input ? 4 : 1);
  const Index runs = (to.count() + together - 1) / together;
  const Index u_floats = FilterBank::floats(W::points),
              m_floats = Panel::floats(W::points, all.size(), to.size),
              mine_floats = u_floats + filters.scratch_floats() + together * m_floats;
  const Floats scratch(s.groups * mine_floats);
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < s.groups; ++group) {
    float* const mine = scratch.data() + group * mine_floats;
    for (Index run = group; run < runs; run += s.groups) {
      const Range blocks{run * together, std::min(to.count(), (run + 1) * together)};
      const auto m = [&](Index j) {
        return Panel{mine + u_floats + filters.scratch_floats() + (j - blocks.begin) * m_floats, all,
                     to[j].size()};
      };
      for (Index i = 0; i < from.count(); ++i) {
        for (Index j = blocks.begin; j < blocks.end; ++j) {
          const Panel u = filters.transform<W>(from[i], to[j], mine + u_floats, mine);
          for (Index p = 0; p < W::points; ++p) {
            multiply<false>({.rows = all.size(),
                             .cols = padded(to[j].size()),
                             .k = from[i].size(),
                             .a = v[i].point(p),
                             .lda = padded(from[i].size()),
                             .b = u.point(p),
                             .ldb = padded(to[j].size()),
                             .c = m(j).point(p),
                             .ldc = padded(to[j].size()),
                             .add = i > 0});
          }
        }
      }
      for (Index j = blocks.begin; j < blocks.end; ++j) {
        gather_outputs<typename W::OutputMap>(grid, m(j), all, bias == nullptr ? nullptr : bias + to[j].begin,
                                              y + to[j].begin, to.channels);
      }
    }
  }
}

template <class W>
void convolve(const Grid& grid, const Images& x, const FilterBank& filters, const float* bias, float* y) {
  const Sharing s = share(grid.tiles(), W::points, filters.c, filters.k);
  if (s.by_tiles) return convolve_by_tiles<W>(s, grid, x, filters, bias, y);
  convolve_by_filters<W>(s, grid, x, filters, bias, y);
}

template <class W>
void weight_by_tiles(const Sharing& s, const Grid& grid, const Images& x, const Images& dy, float* dw) {
  const Range all{0, grid.tiles()};
  const Index c = x.channels, k = dy.channels, width = padded(c), du_floats = Panel::floats(W::points, k, c);
  const Index room = s.largest_block(all.size()), v_floats = Panel::floats(W::points, room, c),
              m_floats = Panel::floats(W::points, room, k);
  const Floats du_scratch(s.groups * du_floats), scratch(s.groups * (v_floats + m_floats));
  const Zeros line(std::max(x.w * c, dy.w * k));
  const Panel du{du_scratch.data(), {0, k}, c};
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < s.groups; ++group) {
    float* const mine = scratch.data() + group * (v_floats + m_floats);
    for (Index part = 0; part < s.blocks; ++part) {
      const Range tiles = all.part(group * s.blocks + part, s.groups * s.blocks);
      const Panel v{mine, tiles, c}, m{mine + v_floats, tiles, k};
      scatter_points<typename W::InputMap>(grid, x, tiles, line.data(), v);
      scatter_points<typename W::OutputAdjoint>(grid, dy, tiles, line.data(), m);
      for (Index p = 0; p < W::points; ++p) {
        multiply<true>({.rows = k,
                        .cols = width,
                        .k = tiles.size(),
                        .a = m.point(p),
                        .lda = padded(k),
                        .b = v.point(p),
                        .ldb = width,
                        .c = du.point(p) + group * du_floats,
                        .ldc = width,
                        .add = part > 0});
      }
    }
  }
#pragma omp parallel for schedule(static)
  for (Index filter = 0; filter < k; ++filter) {
    filter_gradient<typename W::FilterAdjoint>(du, s.groups, du_floats, {filter, filter + 1}, dw, c);
  }
}

template <class W>
void weight_by_filters(const Sharing& s, const Grid& grid, const Images& x, const Images& dy, float* dw) {
  const Blocks from = channel_blocks(x.channels), to = filter_blocks(dy.channels);
  const TransformedTiles<typename W::InputMap> v(grid, x, from);
  const TransformedTiles<typename W::OutputAdjoint> m(grid, dy, to);
  const Index du_floats = FilterBank::floats(W::points), squares = from.count() * to.count();
  const Floats scratch(s.groups * du_floats);
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < s.groups; ++group) {
    const Range mine = Range{0, squares}.part(group, s.groups);
    for (Index square = mine.begin; square < mine.end; ++square) {
      const Index j = square / from.count(), i = square % from.count();
      const Range k = to[j], c = from[i];
      const Panel du{scratch.data() + group * du_floats, {0, k.size()}, c.size()};
      for (Index p = 0; p < W::points; ++p) {
        multiply<true>({.rows = k.size(),
                        .cols = padded(c.size()),
                        .k = grid.tiles(),
                        .a = m[j].point(p),
                        .lda = padded(k.size()),
                        .b = v[i].point(p),
                        .ldb = padded(c.size()),
                        .c = du.point(p),
                        .ldc = padded(c.size())});
      }
      filter_gradient<typename W::FilterAdjoint>(
          du, 1, 0, {0, k.size()}, dw + k.begin * W::taps * W::taps * x.channels + c.begin, x.channels);
    }
  }
}

template <class W>
void backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  const Grid grid{g.n, g.out_h(), g.out_w(), g.dilation, W::tile};
  const Images images{x, g.h, g.w, g.c, g.pad - W::skipped * g.dilation},
      upstream{dy, grid.h, grid.w, g.k, 0};
  const Sharing s = share(grid.tiles(), W::points, g.c, g.k);
  if (s.by_tiles) return weight_by_tiles<W>(s, grid, images, upstream, dw);
  weight_by_filters<W>(s, grid, images, upstream, dw);
}

// Transforming a filter takes as long as multiplying it with so many tiles.
constexpr Index filters_in_tiles = 10;

// Do at most two pixels a side depend on each other, and on nothing else but padding?
bool two_pixels(const ConvGeometry& g) {
  return g.r == 3 && g.pad == g.dilation && std::max(g.h, g.w) <= 2 * g.dilation;
}

// run(Maps<m, r>{}) for the maps that serve output images of h x w.
template <class Run>
void with_maps(const ConvGeometry& g, Index h, Index w, const Run& run) {
  if (two_pixels(g)) return run(TwoPixels{});
  switch (10 * winograd_cost(g, h, w).tile + g.r) {
    case 23:
      return run(Maps<2, 3>{});
    case 33:
      return run(Maps<3, 3>{});
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

WinogradCost winograd_cost(const ConvGeometry& g, Index h, Index w) {
  if (g.stride != 1 || g.r != g.s || (g.r != 3 && g.r != 5)) return {};
  const auto products = [&](Index tile, Index points) {
    return points * (Grid{g.n, h, w, g.dilation, tile}.tiles() + filters_in_tiles);
  };
  if (two_pixels(g)) return {TwoPixels::tile, products(TwoPixels::tile, TwoPixels::points)};
  WinogradCost best;
  for (const Index tile : {2, 3, 4, 5, 6}) {
    if (g.r == 5 && tile != 4) continue;  // transforms of 9 and 10 points lose too many digits
    const Index cost = products(tile, (tile + g.r - 1) * (tile + g.r - 1));
    if (best.tile == 0 || cost < best.products) best = {tile, cost};
  }
  return best;
}

void winograd_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  with_maps(g, g.out_h(), g.out_w(), [&]<class W>(W) {
    convolve<W>({g.n, g.out_h(), g.out_w(), g.dilation, W::tile},
                {x, g.h, g.w, g.c, g.pad - W::skipped * g.dilation}, {w, g.k, g.r * g.s, g.c, false}, bias,
                y);
  });
}

void winograd_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  const Index pad = g.dilation * (g.r - 1) - g.pad;
  with_maps(g, g.h, g.w, [&]<class W>(W) {
    convolve<W>({g.n, g.h, g.w, g.dilation, W::tile},
                {dy, g.out_h(), g.out_w(), g.k, pad - W::skipped * g.dilation},
                {w, g.k, g.r * g.s, g.c, true}, nullptr, dx);
  });
}

void winograd_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  with_maps(g, g.out_h(), g.out_w(), [&]<class W>(W) { backward_weight<W>(g, x, dy, dw); });
}

}  // namespace DG_WIDTH
}  // namespace dg
