#include "data/jpeg.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
// libjpeg's header needs <cstdio> before it.
#include <jpeglib.h>

#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A JPEG of any colour space straight from libjpeg: `pixels` has `channels` bytes per pixel.
Bytes encode_as(J_COLOR_SPACE in, J_COLOR_SPACE stored, int channels, int width, int height, Bytes pixels,
                bool adobe_marker = true, bool progressive = false) {
  jpeg_compress_struct cinfo{};
  jpeg_error_mgr error;
  cinfo.err = jpeg_std_error(&error);
  jpeg_create_compress(&cinfo);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&cinfo, &buffer, &size);
  cinfo.image_width = static_cast<JDIMENSION>(width);
  cinfo.image_height = static_cast<JDIMENSION>(height);
  cinfo.input_components = channels;
  cinfo.in_color_space = in;
  jpeg_set_defaults(&cinfo);
  jpeg_set_colorspace(&cinfo, stored);
  jpeg_set_quality(&cinfo, 98, TRUE);
  if (progressive) jpeg_simple_progression(&cinfo);
  if (!adobe_marker) cinfo.write_Adobe_marker = FALSE;
  for (int i = 0; i < channels; ++i) cinfo.comp_info[i].h_samp_factor = cinfo.comp_info[i].v_samp_factor = 1;
  jpeg_start_compress(&cinfo, TRUE);
  while (cinfo.next_scanline < cinfo.image_height) {
    JSAMPROW row = pixels.data() + static_cast<std::size_t>(cinfo.next_scanline) * width * channels;
    jpeg_write_scanlines(&cinfo, &row, 1);
  }
  jpeg_finish_compress(&cinfo);
  Bytes bytes(buffer, buffer + size);
  jpeg_destroy_compress(&cinfo);
  std::free(buffer);
  return bytes;
}

// Ink (0..255) of a smooth picture without black, plus constant black.
Bytes inks(int width, int height, std::uint8_t black, bool inverted) {
  const Image light = gradient(width, height, 90);
  Bytes cmyk;
  for (std::size_t p = 0; p < light.rgb.size() / 3; ++p) {
    for (int c = 0; c < 3; ++c) cmyk.push_back(static_cast<std::uint8_t>(255 - light.rgb[3 * p + c]));
    cmyk.push_back(black);
  }
  if (inverted) {
    for (std::uint8_t& ink : cmyk) ink = static_cast<std::uint8_t>(255 - ink);
  }
  return cmyk;
}

// The picture `inks` stands for: light that passes the coloured inks, then black.
Image printed(int width, int height, int black) {
  Image image = gradient(width, height, 90);
  for (std::uint8_t& v : image.rgb) v = static_cast<std::uint8_t>((v * (255 - black) + 127) / 255);
  return image;
}

std::string why_not(const Bytes& bytes, const DecodeLimits& limits = {}) {
  return error_text<IoError>([&] { decode_jpeg(bytes, "DATA/bob/1.jpg", limits); });
}

TEST(Jpeg, RoundTripKeepsTheColours) {
  for (const auto& [w, h] : {std::pair{1, 1}, {7, 3}, {16, 16}, {37, 21}}) {
    const Image image = gradient(w, h, 90);
    EXPECT_LE(largest_difference(decode_jpeg(encode_jpeg(image, 97), "memory"), image), 5) << w << " x " << h;
  }
}

TEST(Jpeg, ChromaIsNotSubsampled) {
  Image stripes(16, 16);  // red and blue columns: any chroma averaging turns them purple
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) stripes.pixel(x, y)[x % 2 == 0 ? 0 : 2] = 200;
  }
  EXPECT_LE(largest_difference(decode_jpeg(encode_jpeg(stripes, 97), "memory"), stripes), 20);
}

TEST(Jpeg, NoiseAtFullQualityFitsTheBuffer) {
  Image noise(65, 65);
  std::uint32_t state = 1;
  for (std::uint8_t& v : noise.rgb)
    v = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 31) * 255;
  EXPECT_EQ(decode_jpeg(encode_jpeg(noise, 100), "memory").width, 65);
}

TEST(Jpeg, EqualImagesGiveEqualBytes) {
  EXPECT_EQ(encode_jpeg(gradient(20, 20), 90), encode_jpeg(gradient(20, 20), 90));
}

TEST(Jpeg, EncodingRefusesImpossibleRequests) {
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "the image must have pixels",
                      error_text([] { encode_jpeg(Image(), 90); }));
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "quality must be 1..100, got 0",
                      error_text([] { encode_jpeg(gradient(4, 4), 0); }));
}

TEST(Jpeg, GreyscaleIsRepeatedOverTheChannels) {
  Bytes grey;
  for (int i = 0; i < 24 * 10; ++i) grey.push_back(static_cast<std::uint8_t>(i % 24 * 8 + 20));
  for (const bool progressive : {false, true}) {
    const Image image =
        decode_jpeg(encode_as(JCS_GRAYSCALE, JCS_GRAYSCALE, 1, 24, 10, grey, true, progressive), "grey");
    ASSERT_EQ(image.rgb.size(), 24u * 10 * 3);
    for (std::size_t i = 0; i < image.rgb.size(); ++i) ASSERT_NEAR(image.rgb[i], grey[i / 3], 4) << i;
  }
}

TEST(Jpeg, CmykAndYcckBecomeRgb) {
  for (const int black : {0, 60, 255}) {
    const auto k = static_cast<std::uint8_t>(black);
    const Image expected = printed(16, 12, black);
    // Adobe's programs mark the file and store the inks inverted
    const Bytes cmyk = encode_as(JCS_CMYK, JCS_CMYK, 4, 16, 12, inks(16, 12, k, true));
    EXPECT_LE(largest_difference(decode_jpeg(cmyk, "cmyk"), expected), 6) << black;
    const Bytes ycck = encode_as(JCS_CMYK, JCS_YCCK, 4, 16, 12, inks(16, 12, k, true));
    EXPECT_LE(largest_difference(decode_jpeg(ycck, "ycck"), expected), 6) << black;
    // as browsers and Pillow read a file without the mark
    const Bytes plain = encode_as(JCS_CMYK, JCS_CMYK, 4, 16, 12, inks(16, 12, k, true), false);
    EXPECT_LE(largest_difference(decode_jpeg(plain, "plain"), expected), 6) << black;
  }
}

TEST(Jpeg, ZeroByteFile) { EXPECT_EQ(why_not({}), "[decode_jpeg] DATA/bob/1.jpg: the file is empty"); }

TEST(Jpeg, TextFileNamedJpg) {
  const std::string text = "dear diary";
  EXPECT_EQ(why_not(Bytes(text.begin(), text.end())),
            "[decode_jpeg] DATA/bob/1.jpg: Not a JPEG file: starts with 0x64 0x65");
}

TEST(Jpeg, TruncatedAnywhereIsAnError) {
  for (const bool progressive : {false, true}) {
    const Image image = gradient(64, 64);
    const Bytes whole = encode_as(JCS_RGB, JCS_YCbCr, 3, 64, 64, image.rgb, true, progressive);
    ASSERT_EQ(decode_jpeg(whole, "whole").width, 64);
    for (std::size_t size = 1; size < whole.size() - 2; size += 7) {  // 2: the end marker may be missing
      const std::string why =
          why_not(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
      EXPECT_PRED_FORMAT2(testing::IsSubstring, "DATA/bob/1.jpg: ", why);
      if (size > whole.size() * 9 / 10) {
        EXPECT_PRED_FORMAT2(testing::IsSubstring, "Premature end of JPEG file", why);
      }
    }
  }
}

TEST(Jpeg, DamagedPixelsAreAnError) {
  Bytes bytes = encode_jpeg(gradient(64, 64), 90);
  std::fill(bytes.end() - 60, bytes.end() - 20, std::uint8_t{0xFE});
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "Corrupt JPEG data", why_not(bytes));
}

TEST(Jpeg, AMissingEndMarkerLosesNothing) {
  for (const bool progressive : {false, true}) {
    const Image image = gradient(64, 64);
    Bytes bytes = encode_as(JCS_RGB, JCS_YCbCr, 3, 64, 64, image.rgb, true, progressive);
    const Image whole = decode_jpeg(bytes, "whole");
    bytes.resize(bytes.size() - 2);
    EXPECT_EQ(decode_jpeg(bytes, "without its end").rgb, whole.rgb) << progressive;
    if (progressive) continue;
    for (const int b : {1, 2, 3, 4, 5, 6, 7}) bytes.push_back(static_cast<std::uint8_t>(b));
    EXPECT_EQ(decode_jpeg(bytes, "with a trailer").rgb, whole.rgb);
  }
}

TEST(Jpeg, DataLeftOverInAScanAreDamage) {
  Bytes bytes = encode_jpeg(gradient(64, 64), 90);
  Bytes padded = bytes;
  padded.insert(padded.end() - 2, {0, 0, 0, 0});
  EXPECT_LE(largest_difference(decode_jpeg(padded, "padded"), gradient(64, 64)), 6);
  bytes.insert(bytes.end() - 2, {1, 2, 3, 4});
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "extraneous bytes", why_not(bytes));
}

TEST(Jpeg, MoreScansThanTheLimitAreRefused) {
  const Image image = gradient(64, 64);
  const Bytes bytes = encode_as(JCS_RGB, JCS_YCbCr, 3, 64, 64, image.rgb, true, true);
  EXPECT_EQ(error_text<IoError>([&] { decode_jpeg(bytes, "x", {.max_scans = 3}); }),
            "[decode_jpeg] x: more than the limit of 3 scans");
}

TEST(Jpeg, StrayBytesBetweenSegmentsAreHarmless) {
  Bytes bytes = encode_jpeg(gradient(16, 16), 90);
  bytes.insert(bytes.begin() + 20, {0, 0, 0});  // after SOI (2 bytes) and APP0 (18)
  EXPECT_LE(largest_difference(decode_jpeg(bytes, "stray"), gradient(16, 16)), 6);
}

TEST(Jpeg, AnyChangedByteEndsInAnImageOrAnIoError) {
  const Bytes whole = encode_jpeg(gradient(24, 24), 90);
  const DecodeLimits limits{.max_side = 256, .max_pixels = 10'000};
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      Bytes bytes = whole;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
      try {
        const Image image = decode_jpeg(bytes, "changed", limits);
        EXPECT_EQ(image.rgb.size(), static_cast<std::size_t>(image.width) * image.height * 3);
      } catch (const IoError&) {  // as it should be
      }
    }
  }
}

TEST(Jpeg, ImageOf20000PixelsWidthIsRefused) {
  const std::string why = why_not(encode_jpeg(Image(20'000, 2), 90));
  EXPECT_EQ(
      why,
      "[decode_jpeg] DATA/bob/1.jpg: 20000 x 2 pixels is more than the limit of 16384 pixels a side and 100 "
      "megapixels");
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "2 x 20000 pixels", why_not(encode_jpeg(Image(2, 20'000), 90)));
  EXPECT_EQ(decode_jpeg(encode_jpeg(Image(20'000, 2), 90), "wide", {.max_side = 20'000}).width, 20'000);
}

TEST(Jpeg, MorePixelsThanTheLimitAreRefusedBeforeDecoding) {
  // the size in the header (SOF0) says 12,000 x 12,000; there are no such data, and no memory is taken for
  // them
  Bytes bytes = encode_jpeg(gradient(16, 16), 90);
  for (std::size_t i = 0; i + 9 < bytes.size(); ++i) {
    if (bytes[i] != 0xFF || bytes[i + 1] != 0xC0) continue;
    bytes[i + 5] = bytes[i + 7] = 12'000 >> 8;
    bytes[i + 6] = bytes[i + 8] = 12'000 & 255;
    break;
  }
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "12000 x 12000 pixels is more than the limit", why_not(bytes));
}

TEST(Jpeg, DecodingStopsWhenAsked) {
  const std::vector<std::uint8_t> bytes = encode_jpeg(gradient(64, 64), 90);
  std::atomic<bool> stop = false;
  EXPECT_EQ(decode_jpeg(bytes, "a", {.stop = &stop}).width, 64);
  stop = true;
  EXPECT_EQ(error_text<Stopped>([&] { decode_jpeg(bytes, "a", {.stop = &stop}); }),
            "[decode_jpeg] a: stopped");
}

}  // namespace
}  // namespace dg
