#include "data/webp.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/exif.h"
#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"
#include "tests/data/webp_files.h"

namespace dg {
namespace {

std::string why_no_webp(const WebpBytes& bytes, const DecodeLimits& limits = {}) {
  return error_text<IoError>([&] { decode_webp(bytes, "DATA/bob/1.webp", limits); });
}

WebpBytes opaque(const Image& image) {
  WebpBytes rgba;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    rgba.push_back(image.rgb[i]);
    if (i % 3 == 2) rgba.push_back(255);
  }
  return rgba;
}

WebpBytes noise_rgba(int width, int height, bool transparent) {
  WebpBytes rgba(static_cast<std::size_t>(width) * height * 4);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < rgba.size(); ++i) {
    state = state * 1664525u + 1013904223u;
    rgba[i] = i % 4 == 3 && !transparent ? std::uint8_t{255} : static_cast<std::uint8_t>(state >> 24);
  }
  return rgba;
}

Image on_white(const WebpBytes& rgba, int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    const double value = rgba[i / 3 * 4 + i % 3], alpha = rgba[i / 3 * 4 + 3];
    image.rgb[i] = static_cast<std::uint8_t>(std::round((value * alpha + 255 * (255 - alpha)) / 255));
  }
  return image;
}

TEST(Webp, LosslessIsExact) {
  for (const bool transparent : {false, true}) {
    for (const auto& [w, h] : {std::pair{1, 1}, {2, 3}, {9, 5}, {37, 21}, {200, 210}}) {
      const WebpBytes rgba = noise_rgba(w, h, transparent);
      const Image image = decode_webp(encode_webp(rgba, w, h, true), "memory");
      ASSERT_EQ(image.width, w);
      ASSERT_EQ(image.height, h);
      EXPECT_EQ(image.rgb, on_white(rgba, w, h).rgb) << w << " x " << h << ", " << transparent;
    }
  }
}

// 219 levels of brightness and the coefficients' rounding cost up to this, of 255; colour of half the size as
// much again where it changes by 3 a pixel.
constexpr int lossy_bound = 4, lossy_bound_of_colours = 6;

TEST(Webp, LossyKeepsTheColours) {
  for (const auto& [w, h] : {std::pair{1, 1}, {7, 3}, {16, 16}, {37, 21}}) {
    Image even(w, h);
    for (std::size_t i = 0; i < even.rgb.size(); ++i)
      even.rgb[i] = static_cast<std::uint8_t>(60 + 50 * (i % 3));
    const Image decoded = decode_webp(encode_webp(opaque(even), w, h, false), "memory");
    EXPECT_LE(largest_difference(decoded, even), lossy_bound) << w << " x " << h;
  }
  for (const auto& [w, h] : {std::pair{64, 50}, {301, 200}}) {
    const Image image = gradient(w, h, 90);
    const Image decoded = decode_webp(encode_webp(opaque(image), w, h, false), "memory");
    EXPECT_LE(largest_difference(decoded, image), lossy_bound_of_colours) << w << " x " << h;
  }
}

TEST(Webp, LossyTransparencyIsPutOverWhite) {
  WebpBytes rgba = opaque(gradient(64, 48, 90));
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x)
      rgba[(y * 64 + x) * 4 + 3] = static_cast<std::uint8_t>(4 * x);  // kept exactly
  }
  const Image decoded = decode_webp(encode_webp(rgba, 64, 48, false), "memory");
  EXPECT_LE(largest_difference(decoded, on_white(rgba, 64, 48)), lossy_bound_of_colours);
  for (int y = 0; y < 48; ++y) EXPECT_EQ(*decoded.pixel(0, y), 255);
}

const WebpBytes drawn = noise_rgba(24, 10, false), seen_through = noise_rgba(24, 10, true);

std::vector<WebpBytes> every_type() {
  const Image smooth = gradient(24, 10, 90);
  WebpBytes faint = opaque(smooth);
  for (std::size_t i = 3; i < faint.size(); i += 4) faint[i] = static_cast<std::uint8_t>(i);
  return {encode_webp(opaque(smooth), 24, 10, false), encode_webp(faint, 24, 10, false),
          encode_webp(opaque(smooth), 24, 10, true), encode_webp(seen_through, 24, 10, true)};
}

TEST(Webp, TheOrientationIsApplied) {
  const WebpBytes picture = webp_picture(encode_webp(drawn, 24, 10, true));
  const Image stored = on_white(drawn, 24, 10);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool headed : {false, true}) {
      WebpBytes block = headed ? exif_block(orientation, true) : tiff_block(orientation, false);
      const Image image =
          decode_webp(webp_of({webp_extension(webp_has_exif, 24, 10), webp_chunk("ICCP", WebpBytes(5)),
                               picture, webp_chunk("XMP ", WebpBytes(3)), webp_chunk("EXIF", block)}),
                      "turned");
      const Image expected = upright(stored, orientation);
      EXPECT_EQ(image.width, expected.width);
      EXPECT_EQ(image.rgb, expected.rgb) << orientation;
    }
  }
  const WebpBytes senseless = webp_chunk("EXIF", WebpBytes{1, 2, 3});
  EXPECT_EQ(decode_webp(webp_of({webp_extension(webp_has_exif, 24, 10), picture, senseless}), "x").rgb,
            stored.rgb);
}

TEST(Webp, AnAnimationIsRefused) {
  WebpBytes frame(16);
  frame[6] = 23, frame[9] = 9;  // width - 1 and height - 1; it stands at 0, 0
  const WebpBytes picture = webp_picture(encode_webp(drawn, 24, 10, true));
  frame.insert(frame.end(), picture.begin(), picture.end());
  EXPECT_EQ(why_no_webp(webp_of({webp_extension(webp_has_animation, 24, 10), webp_chunk("ANIM", WebpBytes(6)),
                                 webp_chunk("ANMF", frame), webp_chunk("ANMF", frame)})),
            "[decode_webp] DATA/bob/1.webp: an animated WebP; only still pictures are read");
}

TEST(Webp, TruncatedAnywhereIsAnError) {
  for (const WebpBytes& whole : every_type()) {
    EXPECT_EQ(why_no_webp(whole), "no error");
    for (std::size_t size = 12; size < whole.size(); ++size) {
      EXPECT_EQ(why_no_webp(WebpBytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
                fmt::format("[decode_webp] DATA/bob/1.webp: the file ends early: {} of {} bytes are there",
                            size, whole.size()));
    }
  }
}

TEST(Webp, APictureWhoseDataEndEarlyIsAnErrorWhateverTheLengthsSay) {
  for (const bool lossless : {false, true}) {
    const WebpBytes rgba = lossless ? drawn : opaque(gradient(24, 10, 90));
    const WebpBytes picture = webp_picture(encode_webp(rgba, 24, 10, lossless));
    const WebpBytes data(picture.begin() + 8, picture.end());
    // The decoder of a lossy picture may need none of its last bytes.
    for (std::size_t size = 0; size < data.size() - (lossless ? 2 : 4); ++size) {
      const WebpBytes file = webp_of({webp_chunk(lossless ? "VP8L" : "VP8 ", std::span(data).first(size))});
      EXPECT_NE(why_no_webp(file), "no error") << size << " of " << data.size();
    }
  }
}

TEST(Webp, AnyChangedByteEndsInAnImageOrAnIoError) {
  const DecodeLimits limits{.max_side = 256, .max_pixels = 10'000};
  for (const WebpBytes& whole : every_type()) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int change : {0x01, 0x80, 0xFF}) {
        WebpBytes bytes = whole;
        bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
        try {
          const Image image = decode_webp(bytes, "changed", limits);
          EXPECT_EQ(image.rgb.size(), static_cast<std::size_t>(image.width) * image.height * 3);
        } catch (const IoError&) {  // as it should be
        }
      }
    }
  }
}

TEST(Webp, DamagedTransparencyIsAnError) {
  WebpBytes rgba = opaque(gradient(64, 48, 90));
  for (std::size_t i = 3; i < rgba.size(); i += 4) rgba[i] = static_cast<std::uint8_t>(i / 256);
  WebpBytes file = encode_webp(rgba, 64, 48, false);
  const std::string text(file.begin(), file.end());
  const auto data = static_cast<std::ptrdiff_t>(text.find("ALPH") + 9);  // behind its header
  std::fill(file.begin() + data, file.begin() + static_cast<std::ptrdiff_t>(text.find("VP8 ")),
            std::uint8_t{0xFF});
  EXPECT_EQ(why_no_webp(file), "[decode_webp] DATA/bob/1.webp: the data are damaged");
}

TEST(Webp, AHeaderThatClaimsAHugeSizeIsRefused) {
  WebpBytes lossless = encode_webp(drawn, 24, 10, true);  // 14 bits of width - 1, as many of height - 1
  std::fill(lossless.begin() + 21, lossless.begin() + 24, std::uint8_t{0xFF});
  lossless[24] |= 0x0F;
  EXPECT_EQ(
      why_no_webp(lossless),
      "[decode_webp] DATA/bob/1.webp: 16384 x 16384 pixels is more than the limit of 16384 pixels a side and "
      "100 megapixels");
  WebpBytes lossy = encode_webp(drawn, 24, 10, false);  // 14 bits of width at byte 26, of height at byte 28
  for (const int at : {26, 28}) lossy[at] = 0xFF, lossy[at + 1] = 0x3F;
  EXPECT_TRUE(contains(why_no_webp(lossy), "16383 x 16383 pixels is more than the limit"));
  // The extension's size must be the picture's.
  const WebpBytes picture = webp_picture(encode_webp(drawn, 24, 10, true));
  EXPECT_TRUE(
      contains(why_no_webp(webp_of({webp_extension(0, 1 << 24, 1 << 8), picture})), "the data are damaged"));
}

TEST(Webp, ChunksThatClaimMoreThanThereIsAreRefused) {
  WebpBytes file = encode_webp(drawn, 24, 10, true);
  file[16 + 3] = 0x7F;
  EXPECT_NE(why_no_webp(file), "no error");
  file = encode_webp(drawn, 24, 10, true);
  file[4 + 3] = 0x7F;
  EXPECT_TRUE(contains(why_no_webp(file), "the file ends early"));
}

TEST(Webp, OtherFilesAreNamed) {
  EXPECT_EQ(why_no_webp({}), "[decode_webp] DATA/bob/1.webp: the file is empty");
  EXPECT_EQ(why_no_webp({'R', 'I', 'F', 'F'}), "[decode_webp] DATA/bob/1.webp: not a WebP file");
  EXPECT_EQ(why_no_webp(encode_jpeg(gradient(8, 8), 90)), "[decode_webp] DATA/bob/1.webp: not a WebP file");
}

TEST(Webp, DecodingStopsWhenAsked) {
  std::atomic<bool> stop = false;
  const WebpBytes bytes = encode_webp(drawn, 24, 10, true);
  EXPECT_EQ(decode_webp(bytes, "a", {.stop = &stop}).width, 24);
  stop = true;
  EXPECT_EQ(error_text<Stopped>([&] { decode_webp(bytes, "a", {.stop = &stop}); }),
            "[decode_webp] a: stopped");
}

}  // namespace
}  // namespace dg
