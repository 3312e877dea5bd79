#include "data/exif.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/jpeg.h"
#include "tests/data/exif_block.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes with_app1(Bytes jpeg, const Bytes& segment) {
  Bytes marker = {0xFF, 0xE1};
  put_number(marker, static_cast<std::uint32_t>(segment.size() + 2), 2, true);
  marker.insert(marker.end(), segment.begin(), segment.end());
  jpeg.insert(jpeg.begin() + 2, marker.begin(), marker.end());
  return jpeg;
}

// The letter F of 3 x 2 pixels, one digit a pixel, as the camera stores it for each orientation of the EXIF
// standard.
std::string digits(const Image& image) {
  std::string text;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) text += static_cast<char>('0' + *image.pixel(x, y));
    text += '/';
  }
  return text;
}

Image from_digits(const std::string& text) {
  const auto width = static_cast<int>(text.find('/'));
  const auto height = static_cast<int>(text.size()) / (width + 1);
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        image.pixel(x, y)[c] = static_cast<std::uint8_t>(text[y * (width + 1) + x] - '0');
    }
  }
  return image;
}

TEST(Exif, EveryOrientationIsTurnedUpright) {
  // the upright picture is 123/456/; written out by hand from the standard: which edges row 0 and column 0
  // are
  const char* stored[] = {"123/456/",  "321/654/",  "654/321/",  "456/123/",
                          "14/25/36/", "36/25/14/", "63/52/41/", "41/52/63/"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(digits(upright(from_digits(stored[orientation - 1]), orientation)), "123/456/") << orientation;
  }
}

TEST(Exif, OrientationIsReadInBothByteOrders) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(exif_orientation(exif_block(orientation, false)), orientation);
    EXPECT_EQ(exif_orientation(exif_block(orientation, true)), orientation);
  }
}

TEST(Exif, SenselessOrientationsCountAsUpright) {
  EXPECT_EQ(exif_orientation(exif_block(0, true)), 1);
  EXPECT_EQ(exif_orientation(exif_block(9, false)), 1);
  EXPECT_EQ(exif_orientation(exif_block(6, false, 3)), 6);
  EXPECT_EQ(exif_orientation(exif_block(6, false, 4)), 6);  // a LONG, as some programs write it
  EXPECT_EQ(exif_orientation(exif_block(6, false, 1)), 1);
}

TEST(Exif, OtherSegmentsAreNotExif) {
  const std::string xmp = "http://ns.adobe.com/xap/1.0/";
  EXPECT_EQ(exif_orientation(Bytes(xmp.begin(), xmp.end())), 0);
  EXPECT_EQ(exif_orientation({}), 0);
}

TEST(Exif, ChunksMayOmitTheName) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      EXPECT_EQ(exif_chunk_orientation(tiff_block(orientation, big_endian)), orientation);
      EXPECT_EQ(exif_chunk_orientation(exif_block(orientation, big_endian)), orientation);
    }
  }
  EXPECT_EQ(exif_chunk_orientation({}), 1);
  EXPECT_EQ(exif_chunk_orientation(Bytes{'E', 'x', 'i', 'f', 0, 0}), 1);
  EXPECT_EQ(exif_chunk_orientation(Bytes{1, 2, 3}), 1);
}

TEST(Exif, CutOrWildOffsetsNeverReadOutside) {
  for (const bool big_endian : {false, true}) {
    const Bytes whole = exif_block(6, big_endian);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // an exact heap copy, so that the address sanitizer sees any byte read past the end
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const int orientation = exif_orientation(cut);
      // the value is at 6 (name) + 8 (header) + 2 (count) + 12 (first entry) + 8, two bytes
      EXPECT_EQ(orientation, size < 6 ? 0 : size < 38 ? 1 : 6) << size;
    }
    for (std::size_t i = 6; i < whole.size(); ++i) {
      Bytes wild = whole;
      wild[i] = 0xFF;
      EXPECT_GE(exif_orientation(wild), 1);
    }
    Bytes far = whole;
    std::fill(far.begin() + 10, far.begin() + 14, std::uint8_t{0xFF});  // the offset of IFD0
    EXPECT_EQ(exif_orientation(far), 1);
  }
}

TEST(Exif, DecodingAppliesTheOrientation) {
  const Image stored = gradient(24, 10, 90);
  const Bytes jpeg = encode_jpeg(stored, 97);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image image = decode_jpeg(with_app1(jpeg, exif_block(orientation, orientation % 2 == 0)), "turned");
    EXPECT_EQ(image.width, orientation >= 5 ? 10 : 24);
    EXPECT_LE(largest_difference(image, upright(stored, orientation)), 5) << orientation;
  }
}

TEST(Exif, AnotherApp1BeforeItDoesNotHideIt) {
  const std::string xmp = "http://ns.adobe.com/xap/1.0/";
  const Bytes jpeg = with_app1(with_app1(encode_jpeg(gradient(24, 10), 97), exif_block(6, true)),
                               Bytes(xmp.begin(), xmp.end()));
  EXPECT_EQ(decode_jpeg(jpeg, "two").width, 10);
}

}  // namespace
}  // namespace dg
