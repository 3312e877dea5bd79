// Between images and transformed tiles: what Winograd's passes (winograd.cpp) do on either side of the matrix
// products. All functions work on a Lane of channels at a time; panels are padded to whole lanes with zeros.
#pragma once
#include <algorithm>

#include "tensor/cpu/winograd_maps.h"

namespace dg::cpu::winograd {

struct Range {
  Index begin, end;
  Index size() const { return end - begin; }
  /// Part `i` of `parts` nearly equal ones.
  Range part(Index i, Index parts) const {
    return {begin + size() * i / parts, begin + size() * (i + 1) / parts};
  }
};

/// How tiles of `tile` x `tile` outputs cover a stack of images; the pixels of a tile lie `dilation` apart.
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
struct TilePosition {
  Index image, top, left, rows, cols;

  TilePosition(const Grid& g, Index t) {
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

/// Offset, in pixels of images of h x w, from tile t to tile t + 2, for prefetching: the rows of a tile are
/// too short for the hardware prefetcher, and fetching them from main memory takes twice as long as the
/// arithmetic. Two tiles ahead, because the arithmetic of one takes about as long as the latency of main
/// memory.
inline Index prefetch_offset(const Grid& grid, const TilePosition& here, Index t, Index h, Index w) {
  const TilePosition later(grid, t + 2);
  return ((later.image - here.image) * h + later.top - here.top) * w + later.left - here.left;
}

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

/// A stack of images, and how many pixels before an output pixel its first input lies. `data` may point at
/// the first of some channels out of `channels`.
struct Images {
  const float* data;
  Index h, w, channels, pad;
};

/// Reads for every tile the square of Map::in pixels a side that its outputs depend on, zero outside the
/// image, and writes its Map::out^2 points, of as many channels as `to` has: V from x, or M from dy. `zeros`
/// is a row of the image (w x channels) of zeros.
template <class Map>
void scatter_points(const Grid& grid, const Images& images, Range tiles, const float* zeros,
                    const Panel& to) {
  const Index channels = to.channels, all = images.channels, stride = to.stride();
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const TilePosition tile(grid, t);
    const float* line[Map::in];
    for (Index i = 0; i < Map::in; ++i) {
      const Index row = tile.top - images.pad + i * grid.dilation;
      const bool inside = row >= 0 && row < images.h;
      line[i] = inside ? images.data + (tile.image * images.h + row) * images.w * all : zeros;
    }
    float* const out = to.data + (t - to.range.begin) * padded(channels);
    const Index ahead = prefetch_offset(grid, tile, t, images.h, images.w) * all;
    const auto transform = [&](Index c, Index count) __attribute__((always_inline)) {
      const auto read = [&](Index j, Lane * column) __attribute__((always_inline)) {
        const Index col = tile.left - images.pad + j * grid.dilation, offset = col * all + c;
        if (col < 0 || col >= images.w) {
          unrolled<Map::in>([&](auto i) __attribute__((always_inline)) { column[i] = Lane{}; });
        } else {
          unrolled<Map::in>([&](auto i) __attribute__((always_inline)) {
            __builtin_prefetch(line[i] + offset + ahead);
            load(column[i], line[i] + offset, count);
          });
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
    const TilePosition tile(grid, t);
    const float* const in = from.data + (t - from.range.begin) * padded(channels);
    float* const corner = y + ((tile.image * grid.h + tile.top) * grid.w + tile.left) * all;
    const Index ahead = prefetch_offset(grid, tile, t, grid.h, grid.w) * all;
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
          float* const to = out + j * grid.dilation * all;
          __builtin_prefetch(to + ahead, 1);
          if (j < tile.cols) store(to, pixel, count);
        });
      };
      apply_both<Map>(read, tile.rows, write);
    };
    Index k = 0;
    for (; k + lanes <= channels; k += lanes) transform(k, lanes);
    if (k < channels) transform(k, channels - k);
  }
}

// Filters are copied in blocks between their array [k][taps][c] and a small [taps][rows][cols]: whole cache
// lines at a time, because in the array the taps of one channel lie a power of two apart and compete for the
// same few sets of the cache.

/// `w` points at the first of rows x cols filters out of [..][taps][all]; `to` is [taps][rows][width] with
/// zeros after the columns.
inline void copy_filters(Index rows, Index taps, Index cols, Index all, const float* w, float* to) {
  const Index width = padded(cols);
  for (Index row = 0; row < rows; ++row) {
    for (Index tap = 0; tap < taps; ++tap) {
      for (Index col = 0; col < cols; col += lanes) {
        Lane piece;
        load(piece, w + (row * taps + tap) * all + col, cols - col);
        store(to + (tap * rows + row) * width + col, piece);
      }
    }
  }
}

/// The same with rows and columns exchanged: `w` points at cols x rows filters, so that the products of the
/// forward pass find the filters contiguous.
inline void transpose_filters(Index rows, Index taps, Index cols, Index all, const float* w, float* to) {
  for (Index tap = 0; tap < taps; ++tap) {
    transpose(rows, cols, w + tap * all, taps * all, to + tap * rows * padded(cols));
  }
}

/// u [points][rows][cols] = G w G^T of filters w [taps][rows][padded cols]; `turned` takes every filter
/// turned by 180 degrees.
template <class Map>
void transform_filters(const float* w, bool turned, const Panel& u) {
  const Index rows = u.range.size(), width = padded(u.channels), stride = u.stride(),
              tap_stride = rows * width;
  const Index first = turned ? (Map::in * Map::in - 1) * tap_stride : 0,
              step = turned ? -tap_stride : tap_stride;
  for (Index at = 0; at < rows * width; at += lanes) {
    const auto read = [&](Index j, Lane * column) __attribute__((always_inline)) {
      unrolled<Map::in>([&](auto i) __attribute__((always_inline)) {
        load(column[i], w + first + (i * Map::in + j) * step + at);
      });
    };
    const auto write = [&](Index i, const Lane* line) __attribute__((always_inline)) {
      float* const to_row = u.data + i * Map::out * stride + at;
      unrolled<Map::out>([&](auto j) __attribute__((always_inline)) { store(to_row + j * stride, line[j]); });
    };
    apply_both<Map>(read, Map::out, write);
  }
}

/// dw [rows][taps][cols], out of [..][taps][all], = G^T du G, where du [points][rows][cols] is the sum of
/// `partials` panels that lie `distance` floats apart, added in their order.
template <class Map>
void filter_gradient(const Panel& du, Index partials, Index distance, Range rows, float* dw, Index all) {
  constexpr Index piece = 64 / sizeof(float);  // a cache line: whole lanes on every machine
  const Index cols = du.channels, width = padded(cols), stride = du.stride();
  for (Index row = rows.begin; row < rows.end; ++row) {
    for (Index begin = 0; begin < cols; begin += piece) {
      const Index end = std::min(width, begin + piece);
      float line[Map::out * Map::out][piece];
      for (Index col = begin; col < end; col += lanes) {
        const float* const in = du.data + row * width + col;
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
        const auto write = [&](Index i, const Lane* taps) __attribute__((always_inline)) {
          unrolled<Map::out>([&](auto j) __attribute__((always_inline)) {
            store(&line[i * Map::out + j][col - begin], taps[j]);
          });
        };
        apply_both<Map>(read, Map::out, write);
      }
      const std::size_t bytes = static_cast<std::size_t>(std::min(cols, end) - begin) * sizeof(float);
      for (Index tap = 0; tap < Map::out * Map::out; ++tap) {
        std::memcpy(dw + (row * Map::out * Map::out + tap) * all + begin, line[tap], bytes);
      }
    }
  }
}

}  // namespace dg::cpu::winograd
