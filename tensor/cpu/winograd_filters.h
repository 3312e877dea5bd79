// The filters of one of Winograd's passes, transformed block by block: a block of 32 x 32 channels at all
// points is small enough to be multiplied where it was made, in a core's own cache.
#pragma once
#include "tensor/cpu/winograd_tiles.h"

namespace dg::winograd {

/// Channels a side of a block: whole lanes on every machine.
constexpr Index block = 32;

/// `channels` in blocks; the last one may be smaller.
struct Blocks {
  Index channels;
  Index count() const { return (channels + block - 1) / block; }
  Range operator[](Index i) const { return {i * block, std::min(channels, (i + 1) * block)}; }
};

/// KRSC filters w [k][taps][c] of a convolution, as the pass sees them: forward from the c channels to the k;
/// by input from the k to the c, turned by 180 degrees.
struct FilterBank {
  const float* w;
  Index k, taps, c;
  bool by_input;

  Blocks from() const { return {by_input ? k : c}; }
  Blocks to() const { return {by_input ? c : k}; }
  /// What `transform` needs as scratch, and what it makes, in floats.
  Index scratch_floats() const { return by_input ? 0 : taps * block * block; }
  static Index floats(Index points) { return Panel::floats(points, block, block); }

  /// u [points][from][to] = G w G^T for two ranges of channels.
  template <class W>
  Panel transform(Range in, Range out, float* scratch, float* u) const {
    const Panel panel{u, {0, in.size()}, out.size()};
    Filters filters{.data = w + in.begin * taps * c + out.begin, .tap_stride = c, .row_stride = taps * c};
    if (!by_input) {
      const Index width = padded(out.size());
      exchange_filters(out.size(), taps, in.size(), c, w + out.begin * taps * c + in.begin, width, scratch);
      filters = {.data = scratch, .tap_stride = in.size() * width, .row_stride = width};
    }
    transform_filters<typename W::FilterMap>(filters, by_input, panel);
    return panel;
  }
};

}  // namespace dg::winograd
