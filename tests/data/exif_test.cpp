#include "data/exif.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/jpeg.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint32_t value, int width, bool big_endian) {
  for (int i = 0; i < width; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? width - 1 - i : i)));
  }
}

// An EXIF segment with two entries, the second of them the orientation.
Bytes exif(int orientation, bool big_endian, std::uint32_t type = 3) {
  Bytes bytes;
  put(bytes, 0x45786966, 4, true);  // "Exif"
  put(bytes, 0, 2, true);
  put(bytes, big_endian ? 0x4D4D : 0x4949, 2, true);  // "MM" or "II"
  put(bytes, 42, 2, big_endian);
  put(bytes, 8, 4, big_endian);  // IFD0 follows
  put(bytes, 2, 2, big_endian);
  for (const auto& [tag, value] : {std::pair{0x0100, 640}, {0x0112, orientation}}) {
    put(bytes, static_cast<std::uint32_t>(tag), 2, big_endian);
    put(bytes, type, 2, big_endian);
    put(bytes, 1, 4, big_endian);
    put(bytes, static_cast<std::uint32_t>(value), 2, big_endian);
    put(bytes, 0, 2, big_endian);
  }
  put(bytes, 0, 4, big_endian);
  return bytes;
}

Bytes with_app1(Bytes jpeg, const Bytes& segment) {
  Bytes marker = {0xFF, 0xE1};
  put(marker, static_cast<std::uint32_t>(segment.size() + 2), 2, true);
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
    EXPECT_EQ(exif_orientation(exif(orientation, false)), orientation);
    EXPECT_EQ(exif_orientation(exif(orientation, true)), orientation);
  }
}

TEST(Exif, SenselessOrientationsCountAsUpright) {
  EXPECT_EQ(exif_orientation(exif(0, true)), 1);
  EXPECT_EQ(exif_orientation(exif(9, false)), 1);
  EXPECT_EQ(exif_orientation(exif(6, false, 3)), 6);
  EXPECT_EQ(exif_orientation(exif(6, false, 4)), 6);  // a LONG, as some programs write it
  EXPECT_EQ(exif_orientation(exif(6, false, 1)), 1);
}

TEST(Exif, OtherSegmentsAreNotExif) {
  const std::string xmp = "http://ns.adobe.com/xap/1.0/";
  EXPECT_EQ(exif_orientation(Bytes(xmp.begin(), xmp.end())), 0);
  EXPECT_EQ(exif_orientation({}), 0);
}

TEST(Exif, CutOrWildOffsetsNeverReadOutside) {
  for (const bool big_endian : {false, true}) {
    const Bytes whole = exif(6, big_endian);
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
    const Image image = decode_jpeg(with_app1(jpeg, exif(orientation, orientation % 2 == 0)), "turned");
    EXPECT_EQ(image.width, orientation >= 5 ? 10 : 24);
    EXPECT_LE(largest_difference(image, upright(stored, orientation)), 5) << orientation;
  }
}

TEST(Exif, AnotherApp1BeforeItDoesNotHideIt) {
  const std::string xmp = "http://ns.adobe.com/xap/1.0/";
  const Bytes jpeg =
      with_app1(with_app1(encode_jpeg(gradient(24, 10), 97), exif(6, true)), Bytes(xmp.begin(), xmp.end()));
  EXPECT_EQ(decode_jpeg(jpeg, "two").width, 10);
}

}  // namespace
}  // namespace dg
