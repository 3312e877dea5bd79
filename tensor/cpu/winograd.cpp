#include "tensor/cpu/winograd.h"

#include <algorithm>

#include "tensor/cpu/winograd_filters.h"
#include "tensor/parallel.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

using namespace winograd;
using Floats = Scratch<float>;

// How a pass is divided among the threads. Many tiles: each thread takes blocks of tiles through all stages,
// so that a block's transformed tiles stay in its cache; all threads read the same transformed filters. Few
// tiles: all tiles are transformed first, then each thread takes blocks of filters through all stages, so
// that the transformed filters, which are larger than the filters by points / taps, never leave its cache.
struct WorkSplit {
  bool by_tiles;
  Index groups;  // one per thread
  Index blocks;  // of tiles per group, one after the other

  Index largest_block(Index tiles) const { return tiles / (groups * blocks) + 1; }
};

// By filters where there are fewer than 16 tiles for each thread, or fewer than twice the smaller number of
// channels: a transformed filter is then used too few times to pay for its way from another core's cache.
WorkSplit split_work(Index tiles, Index points, Index c, Index k) {
  // The transformed tiles of a block, V and M, take 768 KiB: most of a second-level cache of 1 MiB.
  constexpr Index cache_floats = 192 << 10;
  // Tiles are the rows of the matrix products: two of the tallest register blocks of lane.h.
  constexpr Index smallest_block = 24;
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
    const Zeros zeros(images.w * images.channels);
#pragma omp parallel for schedule(static) collapse(2)
    for (Index i = 0; i < channels_.count(); ++i) {
      for (Index t = 0; t < tiles_.size(); ++t) {
        Images part = images;
        part.data += channels_[i].begin;
        scatter_points<Map>(grid, part, {t, t + 1}, zeros.data(), (*this)[i]);
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
void convolve_by_tiles(const WorkSplit& split, const Grid& grid, const Images& x, const FilterBank& filters,
                       const float* bias, float* y) {
  const Range all{0, grid.tiles()};
  const Blocks from = filters.from(), to = filters.to();
  const Index c = from.channels, k = to.channels, u_floats = FilterBank::floats(W::points);
  const Index block_count = from.count() * to.count();
  const Floats u_scratch(block_count * u_floats), filter_scratch(split.groups * filters.scratch_floats());
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < split.groups; ++group) {
    for (Index block = group; block < block_count; block += split.groups) {
      filters.transform<W>(from[block % from.count()], to[block / from.count()],
                           filter_scratch.data() + group * filters.scratch_floats(),
                           u_scratch.data() + block * u_floats);
    }
  }
  const Index max_tiles = split.largest_block(all.size()), v_floats = Panel::floats(W::points, max_tiles, c),
              m_floats = Panel::floats(W::points, max_tiles, k);
  const Floats scratch(split.groups * (v_floats + m_floats));
  const Zeros zeros(x.w * c);
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < split.groups; ++group) {
    float* const own = scratch.data() + group * (v_floats + m_floats);
    for (Index part = 0; part < split.blocks; ++part) {
      const Range tiles = all.part(group * split.blocks + part, split.groups * split.blocks);
      const Panel v{own, tiles, c}, m{own + v_floats, tiles, k};
      scatter_points<typename W::InputMap>(grid, x, tiles, zeros.data(), v);
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
void convolve_by_filters(const WorkSplit& split, const Grid& grid, const Images& x, const FilterBank& filters,
                         const float* bias, float* y) {
  const Blocks from = filters.from(), to = filters.to();
  const TransformedTiles<typename W::InputMap> v(grid, x, from);
  const Range all{0, grid.tiles()};
  // Blocks of filters that lie side by side in memory are transformed one after another, so that it is read
  // in long runs. Forward, the loop over `from` does that. For the gradient with respect to the input it
  // takes a few blocks of `to` at once: four of 64 channels make runs of 1 KiB.
  const Index blocks_at_once =
      std::clamp<Index>(to.count() / split.groups, 1, filters.backward_input ? 4 : 1);
  const Index steps = (to.count() + blocks_at_once - 1) / blocks_at_once;
  const Index u_floats = FilterBank::floats(W::points),
              m_floats = Panel::floats(W::points, all.size(), to.size),
              own_floats = u_floats + filters.scratch_floats() + blocks_at_once * m_floats;
  const Floats scratch(split.groups * own_floats);
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < split.groups; ++group) {
    float* const own = scratch.data() + group * own_floats;
    for (Index step = group; step < steps; step += split.groups) {
      const Range blocks{step * blocks_at_once, std::min(to.count(), (step + 1) * blocks_at_once)};
      const auto m = [&](Index j) {
        return Panel{own + u_floats + filters.scratch_floats() + (j - blocks.begin) * m_floats, all,
                     to[j].size()};
      };
      for (Index i = 0; i < from.count(); ++i) {
        for (Index j = blocks.begin; j < blocks.end; ++j) {
          const Panel u = filters.transform<W>(from[i], to[j], own + u_floats, own);
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
  const WorkSplit split = split_work(grid.tiles(), W::points, filters.c, filters.k);
  if (split.by_tiles) return convolve_by_tiles<W>(split, grid, x, filters, bias, y);
  convolve_by_filters<W>(split, grid, x, filters, bias, y);
}

template <class W>
void weight_by_tiles(const WorkSplit& split, const Grid& grid, const Images& x, const Images& dy, float* dw) {
  const Range all{0, grid.tiles()};
  const Index c = x.channels, k = dy.channels, width = padded(c), du_floats = Panel::floats(W::points, k, c);
  const Index max_tiles = split.largest_block(all.size()), v_floats = Panel::floats(W::points, max_tiles, c),
              m_floats = Panel::floats(W::points, max_tiles, k);
  const Floats du_scratch(split.groups * du_floats), scratch(split.groups * (v_floats + m_floats));
  const Zeros zeros(std::max(x.w * c, dy.w * k));
  const Panel du{du_scratch.data(), {0, k}, c};
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < split.groups; ++group) {
    float* const own = scratch.data() + group * (v_floats + m_floats);
    for (Index part = 0; part < split.blocks; ++part) {
      const Range tiles = all.part(group * split.blocks + part, split.groups * split.blocks);
      const Panel v{own, tiles, c}, m{own + v_floats, tiles, k};
      scatter_points<typename W::InputMap>(grid, x, tiles, zeros.data(), v);
      scatter_points<typename W::OutputAdjoint>(grid, dy, tiles, zeros.data(), m);
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
    filter_gradient<typename W::FilterAdjoint>(du, split.groups, du_floats, {filter, filter + 1}, dw, c);
  }
}

template <class W>
void weight_by_filters(const WorkSplit& split, const Grid& grid, const Images& x, const Images& dy,
                       float* dw) {
  const Blocks from = channel_blocks(x.channels), to = filter_blocks(dy.channels);
  const TransformedTiles<typename W::InputMap> v(grid, x, from);
  const TransformedTiles<typename W::OutputAdjoint> m(grid, dy, to);
  const Index du_floats = FilterBank::floats(W::points), block_count = from.count() * to.count();
  const Floats scratch(split.groups * du_floats);
#pragma omp parallel for schedule(static, 1)
  for (Index group = 0; group < split.groups; ++group) {
    const Range own = Range{0, block_count}.part(group, split.groups);
    for (Index block = own.begin; block < own.end; ++block) {
      const Index j = block / from.count(), i = block % from.count();
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
  const WorkSplit split = split_work(grid.tiles(), W::points, g.c, g.k);
  if (split.by_tiles) return weight_by_tiles<W>(split, grid, images, upstream, dw);
  weight_by_filters<W>(split, grid, images, upstream, dw);
}

// Cost of transforming one filter, in units of one tile's multiplication. Measured.
constexpr Index transform_cost = 10;

// The transforms there are: F(m, r) as Maps<m, r>. F(5, 5) and F(6, 5), of 9 and 10 points along each axis,
// would lose too many digits.
template <class... M>
struct MapList {
  template <class F>
  static void for_each(const F& f) {
    (f(M{}), ...);
  }
};
using AllMaps = MapList<Maps<2, 3>, Maps<3, 3>, Maps<4, 3>, Maps<5, 3>, Maps<6, 3>, Maps<4, 5>>;

// Do at most two pixels a side depend on each other, and on nothing else but padding? For TwoPixels.
bool is_two_pixels(const ConvGeometry& g) {
  return g.r == 3 && g.pad == g.dilation && std::max(g.h, g.w) <= 2 * g.dilation;
}

// run(maps) with the maps of the cheapest tiles for this pass.
template <class Run>
void with_maps(const ConvGeometry& g, ConvPass pass, const Run& run) {
  if (is_two_pixels(g)) return run(TwoPixels{});
  const Index tile = winograd_cost(g, pass).tile;
  require(tile > 0, "winograd", "no transform for this convolution");
  AllMaps::for_each([&]<class M>(M maps) {
    if (M::tile == tile && M::taps == g.r) run(maps);
  });
}

}  // namespace

WinogradCost winograd_cost(const ConvGeometry& g, ConvPass pass) {
  if (g.stride != 1 || g.r != g.s) return {};
  // Tiles cover the images that the pass makes (backward_weight reads dy in the forward pass's tiles).
  const bool input = pass == ConvPass::backward_input;
  const auto products = [&](Index tile, Index points) {
    const Grid grid{g.n, input ? g.h : g.out_h(), input ? g.w : g.out_w(), g.dilation, tile};
    return points * (grid.tiles() + transform_cost);
  };
  if (is_two_pixels(g)) return {TwoPixels::tile, products(TwoPixels::tile, TwoPixels::points)};
  WinogradCost best;
  AllMaps::for_each([&]<class M>(M) {
    if (M::taps != g.r) return;
    const Index cost = products(M::tile, M::points);
    if (best.tile == 0 || cost < best.products) best = {M::tile, cost};
  });
  return best;
}

void winograd_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  with_maps(g, ConvPass::forward, [&]<class W>(W) {
    convolve<W>({g.n, g.out_h(), g.out_w(), g.dilation, W::tile},
                {x, g.h, g.w, g.c, g.pad - W::skipped * g.dilation}, {w, g.k, g.r * g.s, g.c, false}, bias,
                y);
  });
}

void winograd_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  const Index pad = g.dilation * (g.r - 1) - g.pad;
  with_maps(g, ConvPass::backward_input, [&]<class W>(W) {
    convolve<W>({g.n, g.h, g.w, g.dilation, W::tile},
                {dy, g.out_h(), g.out_w(), g.k, pad - W::skipped * g.dilation},
                {w, g.k, g.r * g.s, g.c, true}, nullptr, dx);
  });
}

void winograd_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  with_maps(g, ConvPass::backward_weight, [&]<class W>(W) { backward_weight<W>(g, x, dy, dw); });
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
