// The filters of one of Winograd's passes, transformed block by block, so that a block can be multiplied
// where it was made, in a core's own cache.
#pragma once
#include "tensor/cpu/winograd_tiles.h"

namespace dg::cpu::winograd {

/// Channels of a block on either side. Both are whole lanes on every machine. A transformed block takes 8 KiB
/// per point: 288 KiB for the 36 points of F(4x4, 3x3) and 512 KiB for 64, which a second-level cache holds.
/// More channels on the side that is contiguous in memory, so that filters are read in runs of 256 bytes.
constexpr Index filter_block = 32, channel_block = 64;

/// Filters or channels in blocks of `size`; the last one may be smaller.
struct Blocks {
  Index channels, size;
  Index count() const { return (channels + size - 1) / size; }
  Range operator[](Index i) const { return {i * size, std::min(channels, (i + 1) * size)}; }
};
inline Blocks filter_blocks(Index k) { return {k, filter_block}; }
inline Blocks channel_blocks(Index c) { return {c, channel_block}; }

/// KRSC filters w [k][taps][c] of a convolution, as the pass sees them: forward they lead from the c channels
/// to the k; for the gradient with respect to the input from the k to the c, turned by 180 degrees.
struct FilterBank {
  const float* w;
  Index k, taps, c;
  bool backward_input;

  Blocks from() const { return backward_input ? filter_blocks(k) : channel_blocks(c); }
  Blocks to() const { return backward_input ? channel_blocks(c) : filter_blocks(k); }
  /// What `transform` needs as scratch, and what it makes, in floats.
  Index scratch_floats() const { return taps * filter_block * channel_block; }
  static Index floats(Index points) { return Panel::floats(points, filter_block, channel_block); }

  /// u [points][from][to] = G w G^T for two ranges of channels.
  template <class W>
  Panel transform(Range in, Range out, float* scratch, float* u) const {
    const Panel panel{u, {0, in.size()}, out.size()};
    if (backward_input) {
      copy_filters(in.size(), taps, out.size(), c, w + in.begin * taps * c + out.begin, scratch);
    } else {
      transpose_filters(in.size(), taps, out.size(), c, w + out.begin * taps * c + in.begin, scratch);
    }
    transform_filters<typename W::FilterMap>(scratch, backward_input, panel);
    return panel;
  }
};

}  // namespace dg::cpu::winograd
