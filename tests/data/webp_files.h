// WebP files for tests: pictures through libwebp's encoder, and the chunks around them by hand.
#pragma once
#include <webp/encode.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tests/data/exif_block.h"

namespace dg {

using WebpBytes = std::vector<std::uint8_t>;

/// `rgba` is [height, width, 4]. Lossless files keep the colours under transparent pixels too; `quality` is
/// of the others, 0..100.
inline WebpBytes encode_webp(std::span<const std::uint8_t> rgba, int width, int height, bool lossless,
                             float quality = 95) {
  WebPConfig config;
  WebPConfigInit(&config);
  config.lossless = lossless ? 1 : 0;
  config.exact = 1;
  config.quality = quality;
  WebPPicture picture;
  WebPPictureInit(&picture);
  picture.use_argb = 1;
  picture.width = width;
  picture.height = height;
  WebPPictureImportRGBA(&picture, rgba.data(), width * 4);
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  WebpBytes file;
  if (WebPEncode(&config, &picture) != 0) file.assign(writer.mem, writer.mem + writer.size);
  WebPPictureFree(&picture);
  WebPMemoryWriterClear(&writer);
  return file;  // empty if the encoder refused
}

inline WebpBytes webp_chunk(std::string_view type, std::span<const std::uint8_t> data) {
  WebpBytes chunk(type.begin(), type.end());
  put_number(chunk, static_cast<std::uint32_t>(data.size()), 4, false);
  chunk.insert(chunk.end(), data.begin(), data.end());
  if (data.size() % 2 == 1) chunk.push_back(0);
  return chunk;
}

/// The file of these chunks.
inline WebpBytes webp_of(const std::vector<WebpBytes>& chunks) {
  WebpBytes file = {'R', 'I', 'F', 'F'}, body = {'W', 'E', 'B', 'P'};
  for (const WebpBytes& chunk : chunks) body.insert(body.end(), chunk.begin(), chunk.end());
  put_number(file, static_cast<std::uint32_t>(body.size()), 4, false);
  file.insert(file.end(), body.begin(), body.end());
  return file;
}

/// The chunks of a file of the simple form: the picture.
inline WebpBytes webp_picture(const WebpBytes& file) { return {file.begin() + 12, file.end()}; }

// Flags of the chunk that an extended file begins with.
inline constexpr std::uint8_t webp_has_animation = 0x02, webp_has_exif = 0x08, webp_has_alpha = 0x10;

inline WebpBytes webp_extension(std::uint8_t flags, int width, int height) {
  WebpBytes data = {flags, 0, 0, 0};
  put_number(data, static_cast<std::uint32_t>(width - 1), 3, false);
  put_number(data, static_cast<std::uint32_t>(height - 1), 3, false);
  return webp_chunk("VP8X", data);
}

}  // namespace dg
