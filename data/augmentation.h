// From a uint8 batch to the network's input, with the augmentation of section 4.2.3 in this order
// (docs/deviations.md):
//
//   1. geometry (an option, off in the paper's recipes): shift, rotation and scale about the centre,
//   bilinear,
//      with the edge repeated; contrast (also an option): 127.5 + f (x - 127.5)
//   2. mirror, probability 1/2
//   3. colour: each channel + U[-10, 10], not clipped
//   4. grey, probability 0.1: 0.299 R + 0.587 G + 0.114 B in all channels
//   5. (x - 127.5) / 128
//
// All random numbers are drawn on the host from one counter-based stream per step; the pixels are computed on
// the device.
#pragma once
#include <cstdint>
#include <vector>

#include "tensor/rng.h"
#include "tensor/tensor.h"

namespace dg {

struct AugmentationOptions {
  bool mirror = true;
  double colour = 10;   // largest shift of a channel, 0..255 scale
  double grey = 0.1;    // probability
  double shift = 0;     // pixels of the network's input, each axis U[-shift, shift]
  double rotation = 0;  // radians, U[-rotation, rotation]
  double scale = 0;     // factor U[1 - scale, 1 + scale]
  double contrast = 0;  // factor U[1 - contrast, 1 + contrast]
};

/// What happens to one photo. The default only normalises.
struct Augmentation {
  // Output pixel (x, y), relative to the centre, is read at (a x + b y + u, -b x + a y + v), relative to the
  // centre.
  float a = 1, b = 0, u = 0, v = 0;
  float contrast = 1;
  float red = 0, green = 0, blue = 0;
  std::int32_t mirror = 0, grey = 0;  // 0 or 1
};

/// Draws the augmentations of `n` photos. Every photo takes the same number of random numbers whatever the
/// options are, so that one option can change without changing what is drawn for the others.
std::vector<Augmentation> draw_augmentations(std::int64_t n, const AugmentationOptions& options, Rng rng);

/// images [n, size, size, 3] uint8 -> Tensor [n, size, size, 3]; one Augmentation per photo.
Tensor augment(const Array<std::uint8_t>& images, std::int64_t size,
               const Array<Augmentation>& augmentations);
Tensor augment(const Array<std::uint8_t>& images, std::int64_t size,
               const std::vector<Augmentation>& augmentations);

/// Step 5 alone, on all photos, mirrored or not (for the mirror trick at test time).
Tensor normalise(const Array<std::uint8_t>& images, std::int64_t size, bool mirrored = false);

}  // namespace dg
