#include "data/webp.h"

#include <fmt/format.h>
#include <webp/decode.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "data/exif.h"
#include "data/transparency.h"
#include "interop/whole_file.h"
#include "tensor/error.h"

namespace dg {
namespace {

// A WebP is a RIFF file: "RIFF", the length of what follows, "WEBP", and chunks of a type, a length and data,
// which are filled up to an even length. All numbers are little-endian.
constexpr std::size_t riff_header = 12, chunk_header = 8;

std::size_t riff_number(const std::uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::size_t>(bytes[3]) << 24;
}

// The data of the EXIF chunk, if there is one. libwebp itself looks at nothing behind the pixels.
std::span<const std::uint8_t> exif_of_riff(std::span<const std::uint8_t> riff) {
  for (std::size_t at = riff_header; at + chunk_header <= riff.size();) {
    const std::size_t length = riff_number(riff.data() + at + 4);
    const auto data = riff.subspan(at + chunk_header);
    if (length > data.size()) break;
    if (as_text(riff.subspan(at, 4)) == "EXIF") return data.first(length);
    at += chunk_header + length + length % 2;
  }
  return {};
}

const char* words_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_BITSTREAM_ERROR:
    case VP8_STATUS_USER_ABORT:  // of transparency that cannot be decoded
      return "the data are damaged";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "libwebp does not know this kind of WebP";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "the data of the picture end early";
    default:
      return "libwebp refuses it";
  }
}

struct DeleteWebpDecoder {
  void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
};

}  // namespace

Image decode_webp(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeLimits& limits) {
  const auto fail = [&](std::string_view why) {
    throw IoError(fmt::format("[decode_webp] {}: {}", name, why));
  };
  const auto check = [&](VP8StatusCode status) {
    if (status == VP8_STATUS_OUT_OF_MEMORY)
      throw OutOfMemory(fmt::format("[decode_webp] {}: out of memory", name));
    if (status != VP8_STATUS_OK) fail(words_of(status));
  };
  if (bytes.empty()) fail("the file is empty");
  if (bytes.size() < riff_header || !as_text(bytes).starts_with("RIFF") ||
      as_text(bytes.subspan(8, 4)) != "WEBP")
    fail("not a WebP file");
  const std::size_t size = riff_number(bytes.data() + 4) + 8;
  if (size > bytes.size())
    fail(fmt::format("the file ends early: {} of {} bytes are there", bytes.size(), size));
  const auto riff = bytes.first(size);

  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw BackendError("[decode_webp] libwebp has another version");
  check(WebPGetFeatures(riff.data(), riff.size(), &config.input));
  if (config.input.has_animation != 0) fail("an animated WebP; only still pictures are read");
  const int width = config.input.width, height = config.input.height;
  if (const std::string problem = size_problem(width, height, limits); !problem.empty()) fail(problem);

  Image image(width, height);
  const bool transparent = config.input.has_alpha != 0;
  std::vector<std::uint8_t> rgba(transparent ? image.rgb.size() / 3 * 4 : 0);
  std::vector<std::uint8_t>& out = transparent ? rgba : image.rgb;
  config.output.colorspace = transparent ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {out.data(), static_cast<int>(out.size() / height), out.size()};

  const std::unique_ptr<WebPIDecoder, DeleteWebpDecoder> decoder(WebPIDecode(nullptr, 0, &config));
  if (!decoder) check(VP8_STATUS_OUT_OF_MEMORY);
  // Every part is decoded from where the one before ended, or, within the lossless type's header, again;
  // their number bounds how often.
  const std::size_t part = std::max(riff.size() / 16, std::size_t{1} << 16);
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  for (std::size_t given = 0; status == VP8_STATUS_SUSPENDED && given < riff.size();) {
    if (limits.stopped()) throw Stopped(fmt::format("[decode_webp] {}: stopped", name));
    given += std::min(part, riff.size() - given);
    status = WebPIUpdate(decoder.get(), riff.data(), given);
  }
  check(status);
  for (std::size_t p = 0; p < rgba.size() / 4; ++p) {
    for (int i = 0; i < 3; ++i) image.rgb[3 * p + i] = over_white(rgba[4 * p + i], rgba[4 * p + 3]);
  }
  const auto exif = exif_of_riff(riff);
  return upright(std::move(image), exif.empty() ? 1 : exif_chunk_orientation(exif));
}

}  // namespace dg
