#include "data/picture_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "error_text.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

// Nine columns and eight rows of grey cells, each of 8 x 9 pixels.
Image cells(const int (&values)[8][9]) {
  Image image(72, 72);
  for (int y = 0; y < 72; ++y) {
    for (int x = 0; x < 72; ++x) {
      for (int c = 0; c < 3; ++c) image.pixel(x, y)[c] = static_cast<std::uint8_t>(values[y / 9][x / 8]);
    }
  }
  return image;
}

// A picture with something on it everywhere.
Image picture(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height;
      for (int c = 0; c < 3; ++c)
        image.pixel(x, y)[c] = static_cast<std::uint8_t>(127 + 60 * std::sin(17 * u + 3 * c + 9 * v * v) +
                                                         60 * std::cos(13 * v - 6 * u * u));
    }
  }
  return image;
}

TEST(PictureHash, HasABitForEachNeighbourThatIsBrighter) {
  int values[8][9] = {};
  for (auto& row : values) {
    for (int& value : row) value = 100;
  }
  values[0][1] =
      150;  // brighter than what is left of it, and than what is below; darker follows on the right
  values[7][8] = 150;
  const PictureHash hash = *picture_hash(cells(values));
  EXPECT_EQ(hash.across, (std::uint64_t{1} << 63) | 1u);  // (0, 0) -> (0, 1) and (7, 7) -> (7, 8)
  // Nine rows of 8 pixels' height: the bright cell of rows 63 to 71 begins in row 7 of nine.
  EXPECT_NE(hash.down, 0u);
  EXPECT_EQ(distance(hash, hash), 0);
  EXPECT_EQ(distance(hash, {hash.across ^ 7u, hash.down ^ (std::uint64_t{1} << 40)}), 4);
}

TEST(PictureHash, DownIsAcrossOfTheTurnedPicture) {
  const Image image = picture(72, 72);
  Image turned(72, 72);
  for (int y = 0; y < 72; ++y) {
    for (int x = 0; x < 72; ++x) std::copy_n(image.pixel(x, y), 3, turned.pixel(y, x));
  }
  const PictureHash a = *picture_hash(image), b = *picture_hash(turned);
  std::uint64_t transposed = 0;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) transposed |= (a.across >> (63 - (8 * y + x)) & 1) << (63 - (8 * x + y));
  }
  EXPECT_EQ(b.down, transposed);
}

TEST(PictureHash, SavingAndResizingKeepIt) {
  const Image image = picture(112, 112);
  const PictureHash hash = *picture_hash(image);
  for (const int quality : {95, 60, 30}) {
    const Image saved = decode_jpeg(encode_jpeg(image, quality), "saved");
    EXPECT_LE(distance(*picture_hash(saved), hash), same_picture_bits) << quality;
  }
  EXPECT_LE(distance(*picture_hash(picture(250, 250)), hash), same_picture_bits);
  EXPECT_LE(distance(*picture_hash(picture(80, 60)), hash), same_picture_bits);
  Image brighter = image;
  for (std::uint8_t& value : brighter.rgb) value = static_cast<std::uint8_t>(std::min(255, value + 8));
  EXPECT_LE(distance(*picture_hash(brighter), hash), same_picture_bits);
}

TEST(PictureHash, OtherPicturesAreFarAway) {
  const Image image = picture(112, 112);
  Image mirrored = image;
  for (int y = 0; y < 112; ++y) {
    for (int x = 0; x < 112; ++x) std::copy_n(image.pixel(111 - x, y), 3, mirrored.pixel(x, y));
  }
  EXPECT_GT(distance(*picture_hash(mirrored), *picture_hash(image)), 20);
  EXPECT_GT(distance(*picture_hash(gradient(112, 112)), *picture_hash(image)), 20);
}

TEST(PictureHash, APictureOfOneColourHasNone) {
  Image grey(30, 20);
  std::ranges::fill(grey.rgb, std::uint8_t{90});
  EXPECT_FALSE(picture_hash(grey).has_value());
  int values[8][9] = {};
  values[3][3] = 7;
  EXPECT_FALSE(picture_hash(cells(values)).has_value());
  values[3][3] = 8;
  EXPECT_TRUE(picture_hash(cells(values)).has_value());
  EXPECT_NE(error_text([] { picture_hash(Image()); }), "no error");
}

}  // namespace
}  // namespace dg
