// Between images and transformed tiles: what Winograd's passes (winograd.cpp) do on either side of the matrix
// products. All functions work on 16 channels at a time; panels are padded to whole lanes with zeros.
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

/// Transformed tiles [points][range][channels], channels padded to whole lanes. A lane more between the
/// points keeps them from falling into the same cache set.
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

/// A stack of images and how far before an output pixel its first input lies.
struct Images {
  const float* data;
  Index h, w, pad;
};

/// Reads for every tile the square of Map::in pixels a side that its outputs depend on, zero outside the
/// image, and writes its Map::out^2 points: V from x, or M from dy. `zeros` holds at least padded(channels)
/// zeros.
template <class Map>
void scatter_points(const Grid& grid, const Images& images, Range tiles, const float* zeros,
                    const Panel& to) {
  const Index channels = to.channels, stride = to.stride();
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const Place place(grid, t);
    const float* pixel[Map::in][Map::in];
    for (Index i = 0; i < Map::in; ++i) {
      const Index row = place.top - images.pad + i * grid.dilation;
      const float* const line = images.data + (place.image * images.h + row) * images.w * channels;
      for (Index j = 0; j < Map::in; ++j) {
        const Index col = place.left - images.pad + j * grid.dilation;
        const bool inside = row >= 0 && row < images.h && col >= 0 && col < images.w;
        pixel[i][j] = inside ? line + col * channels : zeros;
      }
    }
    float* const out = to.data + (t - to.range.begin) * padded(channels);
    const auto transform = [&](Index c, Index count) __attribute__((always_inline)) {
      Lane d[Map::in][Map::in], o[Map::out][Map::out];
      for (Index i = 0; i < Map::in; ++i) {
        for (Index j = 0; j < Map::in; ++j) load(d[i][j], pixel[i][j] + c, count);
      }
      apply_both<Map>(d, o);
      for (Index i = 0; i < Map::out; ++i) {
        for (Index j = 0; j < Map::out; ++j) store(out + (i * Map::out + j) * stride + c, o[i][j]);
      }
    };
    Index c = 0;
    for (; c + lanes <= channels; c += lanes) transform(c, lanes);
    if (c < channels) transform(c, channels - c);
  }
}

/// y = A^T m A + bias for every tile; what lies outside the image is dropped.
template <class Map>
void gather_outputs(const Grid& grid, const Panel& from, Range tiles, const float* bias, float* y) {
  const Index channels = from.channels, stride = from.stride();
  for (Index t = tiles.begin; t < tiles.end; ++t) {
    const Place place(grid, t);
    const float* const in = from.data + (t - from.range.begin) * padded(channels);
    const auto transform = [&](Index k, Index count) __attribute__((always_inline)) {
      Lane m[Map::in][Map::in], o[Map::out][Map::out], b{};
      for (Index i = 0; i < Map::in; ++i) {
        for (Index j = 0; j < Map::in; ++j) load(m[i][j], in + (i * Map::in + j) * stride + k);
      }
      apply_both<Map>(m, o);
      if (bias != nullptr) load(b, bias + k, count);
      for (Index i = 0; i < place.rows; ++i) {
        const Index row = place.top + i * grid.dilation;
        float* const out = y + ((place.image * grid.h + row) * grid.w + place.left) * channels + k;
        for (Index j = 0; j < place.cols; ++j) {
          const Lane pixel = o[i][j] + b;
          store(out + j * grid.dilation * channels, pixel, count);
        }
      }
    };
    Index k = 0;
    for (; k + lanes <= channels; k += lanes) transform(k, lanes);
    if (k < channels) transform(k, channels - k);
  }
}

/// Filters seen as [taps][rows][cols] with cols contiguous.
struct Filters {
  const float* data;
  Index rows, cols, tap_stride, row_stride;
};

/// u [points][rows][padded cols] = G w G^T; `turned` takes every filter turned by 180 degrees.
template <class Map>
void transform_filters(const Filters& w, bool turned, float* u) {
  const Index width = padded(w.cols);
#pragma omp parallel for schedule(static) if (w.rows * width > 1024)
  for (Index row = 0; row < w.rows; ++row) {
    for (Index col = 0; col < w.cols; col += lanes) {
      Lane d[Map::in][Map::in], o[Map::out][Map::out];
      for (Index tap = 0; tap < Map::in * Map::in; ++tap) {
        const Index from = turned ? Map::in * Map::in - 1 - tap : tap;
        load(d[tap / Map::in][tap % Map::in], w.data + from * w.tap_stride + row * w.row_stride + col,
             w.cols - col);
      }
      apply_both<Map>(d, o);
      float* const out = u + row * width + col;
      for (Index p = 0; p < Map::out * Map::out; ++p) {
        store(out + p * w.rows * width, o[p / Map::out][p % Map::out]);
      }
    }
  }
}

/// dw [k][taps][c] = G^T du G, where du is the sum of `partials` arrays [points][k][padded c], added in their
/// order.
template <class Map>
void filter_gradient(Index k, Index c, const float* du, Index partials, float* dw) {
  const Index width = padded(c), taps = Map::out * Map::out, points = Map::in * Map::in;
#pragma omp parallel for schedule(static) if (k * width > 1024)
  for (Index filter = 0; filter < k; ++filter) {
    for (Index channel = 0; channel < c; channel += lanes) {
      Lane d[Map::in][Map::in], o[Map::out][Map::out];
      for (Index p = 0; p < points; ++p) {
        Lane& sum = d[p / Map::in][p % Map::in];
        const float* const from = du + (p * k + filter) * width + channel;
        load(sum, from);
        for (Index i = 1; i < partials; ++i) {
          Lane more;
          load(more, from + i * points * k * width);
          sum += more;
        }
      }
      apply_both<Map>(d, o);
      for (Index tap = 0; tap < taps; ++tap) {
        store(dw + (filter * taps + tap) * c + channel, o[tap / Map::out][tap % Map::out], c - channel);
      }
    }
  }
}

}  // namespace dg::winograd
