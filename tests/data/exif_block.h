// EXIF blocks for tests.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace dg {

/// Appends `width` bytes of a number.
inline void put_number(std::vector<std::uint8_t>& bytes, std::uint32_t value, int width, bool big_endian) {
  for (int i = 0; i < width; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? width - 1 - i : i)));
  }
}

/// A TIFF header and a directory of two entries, the second of them the orientation.
inline std::vector<std::uint8_t> tiff_block(int orientation, bool big_endian, std::uint32_t type = 3) {
  std::vector<std::uint8_t> bytes;
  put_number(bytes, big_endian ? 0x4D4D : 0x4949, 2, true);  // "MM" or "II"
  put_number(bytes, 42, 2, big_endian);
  put_number(bytes, 8, 4, big_endian);  // IFD0 follows
  put_number(bytes, 2, 2, big_endian);
  for (const auto& [tag, value] : {std::pair{0x0100, 640}, {0x0112, orientation}}) {
    put_number(bytes, static_cast<std::uint32_t>(tag), 2, big_endian);
    put_number(bytes, type, 2, big_endian);
    put_number(bytes, 1, 4, big_endian);
    put_number(bytes, static_cast<std::uint32_t>(value), 2, big_endian);
    put_number(bytes, 0, 2, big_endian);
  }
  put_number(bytes, 0, 4, big_endian);
  return bytes;
}

/// The same as a JPEG's APP1 segment holds it, after "Exif" and two zeros.
inline std::vector<std::uint8_t> exif_block(int orientation, bool big_endian, std::uint32_t type = 3) {
  std::vector<std::uint8_t> bytes = {'E', 'x', 'i', 'f', 0, 0};
  const std::vector<std::uint8_t> tiff = tiff_block(orientation, big_endian, type);
  bytes.insert(bytes.end(), tiff.begin(), tiff.end());
  return bytes;
}

}  // namespace dg
