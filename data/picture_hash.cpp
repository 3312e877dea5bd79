#include "data/picture_hash.h"

#include <algorithm>
#include <array>
#include <vector>

#include "data/resize.h"

namespace dg {
namespace {

constexpr int side = 72;  // 9 values and 8 values both divide it

// Grey values, as sums over blocks of 8 x 9 or 9 x 8 pixels: [rows, columns].
std::vector<int> reduced(const std::vector<std::uint8_t>& grey, int columns, int rows) {
  std::vector<int> sums(static_cast<std::size_t>(columns) * rows);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x)
      sums[static_cast<std::size_t>(y / (side / rows) * columns + x / (side / columns))] +=
          grey[static_cast<std::size_t>(y * side + x)];
  }
  return sums;
}

// Mean grey values, 0..255, that lie closer together than this are those of a picture without anything on it.
constexpr int least_contrast = 8;

}  // namespace

std::optional<PictureHash> picture_hash(const Image& image) {
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(side) * side * 3), grey(rgb.size() / 3);
  resize(image, side, rgb.data());
  for (std::size_t i = 0; i < grey.size(); ++i) {
    // The weights of Rec. 601, in 256ths.
    grey[i] = static_cast<std::uint8_t>((77 * rgb[3 * i] + 150 * rgb[3 * i + 1] + 29 * rgb[3 * i + 2]) >> 8);
  }
  const std::vector<int> across = reduced(grey, 9, 8), down = reduced(grey, 8, 9);
  const auto [least, most] = std::ranges::minmax(across);
  if (most - least < least_contrast * 72) return std::nullopt;
  PictureHash hash;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      const auto a = static_cast<std::size_t>(9 * y + x), d = static_cast<std::size_t>(8 * y + x);
      hash.across = hash.across << 1 | (across[a + 1] > across[a] ? 1u : 0u);
      hash.down = hash.down << 1 | (down[d + 8] > down[d] ? 1u : 0u);
    }
  }
  return hash;
}

}  // namespace dg
