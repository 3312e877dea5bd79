#include "data/exif.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace dg {
namespace {

// Of EXIF 2.3, which wants a SHORT of 16 bits; some programs write a LONG of 32.
constexpr std::uint32_t orientation_tag = 0x0112, type_short = 3, type_long = 4;

// Reads 16 and 32 bits in the file's byte order, and nothing outside the bytes.
struct TiffReader {
  std::span<const std::uint8_t> bytes;
  bool big_endian = false;

  std::optional<std::uint32_t> read(std::size_t offset, std::size_t width) const {
    if (offset > bytes.size() || bytes.size() - offset < width) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | bytes[offset + (big_endian ? i : width - 1 - i)];
    }
    return value;
  }
};

// Of the TIFF header and what follows it.
int tiff_orientation(std::span<const std::uint8_t> bytes) {
  TiffReader tiff{bytes};
  if (tiff.bytes.size() < 8 || tiff.bytes[0] != tiff.bytes[1]) return 1;
  if (tiff.bytes[0] != 'I' && tiff.bytes[0] != 'M') return 1;
  tiff.big_endian = tiff.bytes[0] == 'M';
  if (tiff.read(2, 2) != 42u) return 1;
  const std::size_t directory = *tiff.read(4, 4);
  const std::uint32_t entries = tiff.read(directory, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    const auto tag = tiff.read(entry, 2);
    if (!tag) return 1;
    if (*tag != orientation_tag) continue;
    const std::uint32_t type = tiff.read(entry + 2, 2).value_or(0);
    const std::uint32_t value = tiff.read(entry + 8, type == type_long ? 4 : 2).value_or(1);
    const bool good = (type == type_short || type == type_long) && value >= 1 && value <= 8;
    return good ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> app1) {
  constexpr std::array<std::uint8_t, 6> header = {'E', 'x', 'i', 'f', 0, 0};
  if (app1.size() < header.size() || !std::equal(header.begin(), header.end(), app1.begin())) return 0;
  return tiff_orientation(app1.subspan(header.size()));
}

int exif_chunk_orientation(std::span<const std::uint8_t> chunk) {
  const int orientation = exif_orientation(chunk);
  return orientation == 0 ? tiff_orientation(chunk) : orientation;
}

Image upright(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const int w = image.width, h = image.height;
  const bool turned = orientation >= 5;
  // In these orientations x or y of the source run backwards.
  const bool back_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool back_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image result(turned ? h : w, turned ? w : h);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      const int sx = turned ? y : x, sy = turned ? x : y;
      std::memcpy(result.pixel(x, y), image.pixel(back_x ? w - 1 - sx : sx, back_y ? h - 1 - sy : sy), 3);
    }
  }
  return result;
}

}  // namespace dg
