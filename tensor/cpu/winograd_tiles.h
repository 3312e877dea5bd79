// Between images and transformed tiles: what Winograd's passes (winograd.cpp) do on either side of the matrix
// products. All functions work on a Lane of channels at a time; panels are padded to whole lanes with zeros.
#pragma once
#include <algorithm>

#include "tensor/cpu/winograd_maps.h"

namespace dg::winograd {

struct Range {
  Index begin, end;
  Index size() const { return end - begin; }
  /// Part `i` of `parts` nearly equal ones.
  Range part(Index i, Index parts) const {
    return {begin + size() * i / parts, begin + size() * (i + 1) / parts};
  }
};

/// How tiles of `tile` x `tile` outputs cover a stack of images; pixels of one tile lie `dilation` apart.
struct Grid {
  Index n, h, w, dilation, tile;
  Index down = tiles_along(h), right = tiles_along(w);

  Index tiles_along(Index pixels) const {
    const Index sub_image = (pixels + dilation - 1) / dilation;
    return (sub_image + tile - 1) / tile;
  }
  Index tiles() const { return n * dilation * dilation * down * right; }
};

/// Where a tile lies: its image, its first pixel, and how many of its rows and columns are inside.
struct Place {
  Index image, top, left, rows, cols;

  Place(const Grid& g, Index t) {
    const auto inside = [&g](Index size, Index first) {
      return std::clamp<Index>((size - first + g.dilation - 1) / g.dilation, 0, g.tile);
    };
    left = t % g.right * g.tile * g.dilation;
    t /= g.right;
    top = t % g.down * g.tile * g.dilation;
    t /= g.down;
    left += t % g.dilation;
    t /= g.dilation;
    top += t % g.dilation;
    image = t / g.dilation;
    rows = inside(g.h, top);
    cols = inside(g.w, left);
  }
};

/// A matrix [range][channels] per point, channels padded to whole lanes: transformed tiles or transformed
/// filters. One lane more between the points keeps them from falling into the same cache set.
struct Panel {
  float* data;
  Range range;
  Index channels;

  static Index floats(Index points, Index tiles, Index channels) {
    return points * (tiles * padded(channels) + lanes);
  }
  Index stride() const { return range.size() * padded(channels) + lanes; }
  float* point(Index p) const { return data + p * stride(); }
};

/// A stack of images and how far before an output pixel its first input lies. `data` may point at the first
/// of some channels out of `channels`.
struct Images {
  const float* data;
  Index h, w, channels, pad;
};

/// Reads for every tile the square of Map::in pixels a side that its outputs depend on, zero outside the
/// image, and writes its Map::out^2 points, of as many channels as `to` has: V from x, or M from dy. `zeros`
/// is a line of the image (w x channels) of zeros.
template <class Map>
void scatter_points(const Grid& grid, const Images& images, Range tiles, const float* zeros,
                    const Panel& to) {
  const Index channels = to.channels, all = images.channels, stride = to.stride();
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const Place place(grid, t);
    const float* line[Map::in];
    for (Index i = 0; i < Map::in; ++i) {
      const Index row = place.top - images.pad + i * grid.dilation;
      const bool inside = row >= 0 && row < images.h;
      line[i] = inside ? images.data + (place.image * images.h + row) * images.w * all : zeros;
    }
    float* const out = to.data + (t - to.range.begin) * padded(channels);
    const auto transform = [&](Index c, Index count) __attribute__((always_inline)) {
      const auto read = [&](Index j, Lane * column) __attribute__((always_inline)) {
        const Index col = place.left - images.pad + j * grid.dilation, offset = col * all + c;
        if (col < 0 || col >= images.w) {
          unrolled<Map::in>([&](auto i) __attribute__((always_inline)) { column[i] = Lane{}; });
        } else {
          unrolled<Map::in>([&](auto i)
                                __attribute__((always_inline)) { load(column[i], line[i] + offset, count); });
        }
      };
      const auto write = [&](Index i, const Lane* row) __attribute__((always_inline)) {
        float* const to_row = out + i * Map::out * stride + c;
        unrolled<Map::out>([&](auto j)
                               __attribute__((always_inline)) { store(to_row + j * stride, row[j]); });
      };
      apply_both<Map>(read, Map::out, write);
    };
    Index c = 0;
    for (; c + lanes <= channels; c += lanes) transform(c, lanes);
    if (c < channels) transform(c, channels - c);
  }
}

/// y = A^T m A + bias for every tile; what lies outside the image is dropped. `bias` and `y` may point at the
/// first of some channels out of `all`.
template <class Map>
void gather_outputs(const Grid& grid, const Panel& from, Range tiles, const float* bias, float* y,
                    Index all) {
  const Index channels = from.channels, stride = from.stride();
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const Place place(grid, t);
    const float* const in = from.data + (t - from.range.begin) * padded(channels);
    float* const corner = y + ((place.image * grid.h + place.top) * grid.w + place.left) * all;
    const auto transform = [&](Index k, Index count) __attribute__((always_inline)) {
      Lane b{};
      if (bias != nullptr) load(b, bias + k, count);
      const auto read = [&](Index j, Lane * column) __attribute__((always_inline)) {
        unrolled<Map::in>([&](auto i) __attribute__((always_inline)) {
          load(column[i], in + (i * Map::in + j) * stride + k);
        });
      };
      const auto write = [&](Index i, const Lane* row) __attribute__((always_inline)) {
        float* const out = corner + i * grid.dilation * grid.w * all + k;
        unrolled<Map::out>([&](auto j) __attribute__((always_inline)) {
          const Lane pixel = row[j] + b;
          if (j < place.cols) store(out + j * grid.dilation * all, pixel, count);
        });
      };
      apply_both<Map>(read, place.rows, write);
    };
    Index k = 0;
    for (; k + lanes <= channels; k += lanes) transform(k, lanes);
    if (k < channels) transform(k, channels - k);
  }
}

/// Filters seen as [taps][rows][cols] with cols contiguous.
struct Filters {
  const float* data;
  Index tap_stride, row_stride;
};

/// Filters [k][taps][c], of which `w` points at the first of k x c out of [..][taps][all], as
/// [taps][c][width] with zeros behind the k: so the products of the forward pass find k contiguous.
inline void exchange_filters(Index k, Index taps, Index c, Index all, const float* w, Index width,
                             float* to) {
  for (Index tap = 0; tap < taps; ++tap) {
    for (Index filter = 0; filter < width; filter += lanes) {
      for (Index channel = 0; channel < c; channel += lanes) {
        Lane square[lanes];
        unrolled<lanes>([&](auto i) __attribute__((always_inline)) {
          square[i] = Lane{};
          if (filter + i < k) load(square[i], w + ((filter + i) * taps + tap) * all + channel, c - channel);
        });
        transpose(square);
        float* const out = to + (tap * c + channel) * width + filter;
        unrolled<lanes>([&](auto i) __attribute__((always_inline)) {
          if (channel + i < c) store(out + i * width, square[i]);
        });
      }
    }
  }
}

/// u [points][rows][cols] = G w G^T; `turned` takes every filter turned by 180 degrees.
template <class Map>
void transform_filters(const Filters& w, bool turned, const Panel& u) {
  const Index cols = u.channels, width = padded(cols), stride = u.stride();
  const Index first = turned ? Map::in * Map::in - 1 : 0, step = turned ? -w.tap_stride : w.tap_stride;
  for (Index row = 0; row < u.range.size(); ++row) {
    for (Index col = 0; col < cols; col += lanes) {
      const float* const in = w.data + first * w.tap_stride + row * w.row_stride + col;
      float* const out = u.data + row * width + col;
      const auto read = [&](Index j, Lane * column) __attribute__((always_inline)) {
        unrolled<Map::in>([&](auto i) __attribute__((always_inline)) {
          load(column[i], in + (i * Map::in + j) * step, cols - col);
        });
      };
      const auto write = [&](Index i, const Lane* line) __attribute__((always_inline)) {
        float* const to_row = out + i * Map::out * stride;
        unrolled<Map::out>([&](auto j)
                               __attribute__((always_inline)) { store(to_row + j * stride, line[j]); });
      };
      apply_both<Map>(read, Map::out, write);
    }
  }
}

/// dw [k][taps][c] = G^T du G for some of the k, where du [points][k][c] is the sum of `partials` panels that
/// lie `distance` floats apart, added in their order. `dw` may point at the first of some c out of `all`.
template <class Map>
void filter_gradient(const Panel& du, Index partials, Index distance, Range filters, float* dw, Index all) {
  const Index c = du.channels, width = padded(c), stride = du.stride();
  for (Index filter = filters.begin; filter < filters.end; ++filter) {
    for (Index channel = 0; channel < c; channel += lanes) {
      const float* const in = du.data + filter * width + channel;
      float* const out = dw + filter * Map::out * Map::out * all + channel;
      const auto read = [&](Index j, Lane * column) __attribute__((always_inline)) {
        for (Index i = 0; i < Map::in; ++i) {
          const float* const from = in + (i * Map::in + j) * stride;
          load(column[i], from);
          for (Index partial = 1; partial < partials; ++partial) {
            Lane more;
            load(more, from + partial * distance);
            column[i] += more;
          }
        }
      };
      const auto write = [&](Index i, const Lane* row) __attribute__((always_inline)) {
        for (Index j = 0; j < Map::out; ++j) store(out + (i * Map::out + j) * all, row[j], c - channel);
      };
      apply_both<Map>(read, Map::out, write);
    }
  }
}

}  // namespace dg::winograd
