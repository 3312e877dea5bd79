// PNG files for tests: pictures of every kind through libpng's encoder, and chunks put in by hand.
#pragma once
#include <png.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

using PngBytes = std::vector<std::uint8_t>;

/// A picture as a PNG stores it: raw samples, pixel by pixel, each in 0 .. 2^depth - 1.
struct PngPicture {
  int width = 1, height = 1, colour_type = PNG_COLOR_TYPE_RGB, depth = 8;
  bool interlaced = false;
  std::vector<int> samples;         // height * width * channels()
  std::vector<png_color> palette;   // for PNG_COLOR_TYPE_PALETTE
  std::vector<png_byte> opacities;  // tRNS of a palette: of its first colours
  std::vector<int> transparent;     // tRNS of grey or RGB: the samples that mean transparent

  int channels() const {
    constexpr int of_type[] = {1, 0, 3, 1, 2, 0, 4};
    return of_type[colour_type];
  }
  const int* at(int x, int y) const {
    return samples.data() + (static_cast<std::size_t>(y) * width + x) * channels();
  }
};

/// The file. `samples` must be as many as the picture needs.
inline PngBytes encode_png(const PngPicture& picture) {
  PngBytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto write = [](png_structp from, png_bytep data, std::size_t size) {
    auto* out = static_cast<PngBytes*>(png_get_io_ptr(from));
    out->insert(out->end(), data, data + size);
  };
  png_set_write_fn(png, &file, write, [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height),
               picture.depth, picture.colour_type,
               picture.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!picture.palette.empty())
    png_set_PLTE(png, info, picture.palette.data(), static_cast<int>(picture.palette.size()));
  if (!picture.opacities.empty())
    png_set_tRNS(png, info, picture.opacities.data(), static_cast<int>(picture.opacities.size()), nullptr);
  if (!picture.transparent.empty()) {
    png_color_16 colour{};
    colour.gray = colour.red = static_cast<png_uint_16>(picture.transparent.front());
    colour.green = static_cast<png_uint_16>(picture.transparent[picture.transparent.size() / 2]);
    colour.blue = static_cast<png_uint_16>(picture.transparent.back());
    png_set_tRNS(png, info, nullptr, 0, &colour);
  }
  png_write_info(png, info);
  png_set_packing(png);  // a byte a sample below 8 bits
  std::vector<PngBytes> rows(static_cast<std::size_t>(picture.height));
  std::vector<png_bytep> pointers;
  for (int y = 0; y < picture.height; ++y) {
    for (int i = 0; i < picture.width * picture.channels(); ++i) {
      const int sample = picture.at(0, y)[i];
      if (picture.depth == 16) rows[y].push_back(static_cast<std::uint8_t>(sample >> 8));
      rows[y].push_back(static_cast<std::uint8_t>(sample));
    }
    pointers.push_back(rows[y].data());
  }
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

/// The checksum of a chunk: CRC-32 of its type and data.
inline std::uint32_t png_checksum(std::span<const std::uint8_t> type_and_data) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const std::uint8_t byte : type_and_data) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
  }
  return ~crc;
}

inline void put_big_endian(PngBytes& bytes, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

inline PngBytes png_chunk(std::string_view type, std::span<const std::uint8_t> data) {
  PngBytes body(type.begin(), type.end()), chunk;
  body.insert(body.end(), data.begin(), data.end());
  put_big_endian(chunk, static_cast<std::uint32_t>(data.size()));
  chunk.insert(chunk.end(), body.begin(), body.end());
  put_big_endian(chunk, png_checksum(body));
  return chunk;
}

/// Where the first chunk of a type begins (with its length); its type must not occur in data before it.
inline std::ptrdiff_t find_png_chunk(const PngBytes& file, std::string_view type) {
  return static_cast<std::ptrdiff_t>(std::string(file.begin(), file.end()).find(type)) - 4;
}

inline PngBytes with_png_chunk(PngBytes file, std::string_view before, std::string_view type,
                               std::span<const std::uint8_t> data) {
  const PngBytes chunk = png_chunk(type, data);
  file.insert(file.begin() + find_png_chunk(file, before), chunk.begin(), chunk.end());
  return file;
}

/// Sets the checksum of every chunk to the right one, as far as the lengths lead.
inline void mend_png_checksums(PngBytes& file) {
  for (std::size_t at = 8; file.size() >= 12 && at <= file.size() - 12;) {
    const std::size_t length = png_get_uint_32(file.data() + at);
    if (length > file.size() - at - 12) return;
    PngBytes sum;
    put_big_endian(sum, png_checksum(std::span(file).subspan(at + 4, length + 4)));
    std::copy(sum.begin(), sum.end(), file.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
    at += 12 + length;
  }
}

}  // namespace dg
