// Resizing to the network's input (docs/deviations.md): plain bilinear where an axis grows, the exact
// average over the area an output pixel covers where it shrinks. Both are separable: out = Wy * in * Wx, rows
// of W sum to 1.
//   bilinear  source position of output i is (i + 1/2) * n / m - 1/2, held inside the image (n in, m out)
//   area      output i averages the source interval [i * n / m, (i + 1) * n / m), ends counted by their share
// [h, w, 3] uint8 -> [size, size, 3] uint8, rounded to nearest. The aspect ratio is not kept: crop first if
// it matters.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "data/image.h"

namespace dg {

/// A part of a photo, in pixels of the upright photo; x and y are the left and upper edge.
struct CropBox {
  int x = 0, y = 0, width = 0, height = 0;
};

/// Writes size * size * 3 bytes to `out`. Error if the photo is empty, size < 1 or the crop box is not inside
/// the photo.
void resize(const Image& image, int size, std::uint8_t* out, const std::optional<CropBox>& crop = {});

}  // namespace dg
