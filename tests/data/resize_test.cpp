#include "data/resize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"
#include "tensor/rng.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

Image noise(int width, int height) {
  Image image(width, height);
  Rng rng(3);
  for (std::uint8_t& v : image.rgb) v = static_cast<std::uint8_t>(rng.below(256));
  return image;
}

// The share of source pixel p in output pixel i of one axis, straight from the definition, in double.
double share(int in, int out, int i, int p) {
  const double scale = static_cast<double>(in) / out;
  if (out >= in) {
    const double position = std::clamp((i + 0.5) * scale - 0.5, 0.0, in - 1.0);
    return std::max(0.0, 1 - std::abs(position - p));
  }
  return std::max(0.0, std::min((i + 1) * scale, p + 1.0) - std::max(i * scale, 1.0 * p)) / scale;
}

double brute_force(const Image& image, const CropBox& box, int size, int x, int y, int c) {
  double sum = 0;
  for (int v = 0; v < box.height; ++v) {
    for (int u = 0; u < box.width; ++u) {
      sum +=
          share(box.height, size, y, v) * share(box.width, size, x, u) * image.pixel(box.x + u, box.y + v)[c];
    }
  }
  return sum;
}

TEST(Resize, EqualsTheDefinitionForEveryMixOfGrowingAndShrinking) {
  const std::pair<int, int> shapes[] = {{1, 1}, {2, 1},  {3, 2},  {7, 7},  {8, 5},
                                        {9, 4}, {23, 6}, {5, 31}, {40, 17}};
  for (const auto& [w, h] : shapes) {
    const Image image = noise(w, h);
    for (const int size : {1, 2, 3, 6, 7, 8, 16, 23}) {
      std::vector<std::uint8_t> out(size * size * 3 + 1, 0xAB);
      resize(image, size, out.data());
      EXPECT_EQ(out.back(), 0xAB);
      for (int i = 0; i < size * size * 3; ++i) {
        const double expected = brute_force(image, {0, 0, w, h}, size, i / 3 % size, i / 3 / size, i % 3);
        // 0.5 from rounding; float sums may fall to the other side of a tie
        ASSERT_NEAR(out[i], expected, 0.5001) << w << " x " << h << " -> " << size << " at " << i;
      }
    }
  }
}

TEST(Resize, CropTakesThatPartOnly) {
  const Image image = noise(20, 15);
  const CropBox box{3, 5, 11, 9};
  for (const int size : {4, 13}) {
    std::vector<std::uint8_t> out(size * size * 3);
    resize(image, size, out.data(), box);
    for (int i = 0; i < size * size * 3; ++i) {
      ASSERT_NEAR(out[i], brute_force(image, box, size, i / 3 % size, i / 3 / size, i % 3), 0.5001) << i;
    }
  }
}

TEST(Resize, SameSizeIsACopyAndConstantStaysConstant) {
  const Image image = noise(19, 19);
  std::vector<std::uint8_t> out(image.rgb.size());
  resize(image, 19, out.data());
  EXPECT_EQ(out, image.rgb);
  for (const int value : {0, 1, 127, 255}) {
    Image flat(31, 57);
    std::fill(flat.rgb.begin(), flat.rgb.end(), static_cast<std::uint8_t>(value));
    for (const int size : {5, 13, 44, 70}) {
      std::vector<std::uint8_t> resized(size * size * 3);
      resize(flat, size, resized.data());
      EXPECT_EQ(resized, std::vector<std::uint8_t>(resized.size(), static_cast<std::uint8_t>(value))) << size;
    }
  }
}

TEST(Resize, RefusesABoxOutsideThePhoto) {
  std::vector<std::uint8_t> out(3);
  const Image image = noise(10, 8);
  EXPECT_EQ(error_text([&] {
              resize(image, 1, out.data(), CropBox{4, 0, 7, 8});
            }),
            "[resize] the crop box (data.crop) must lie inside the photo of 10 x 8 pixels, got x 4, y 0, "
            "width 7, height 8");
  for (const CropBox box :
       {CropBox{-1, 0, 5, 5}, {0, 0, 0, 5}, {0, 4, 5, 5}, {2'000'000'000, 0, 2'000'000'000, 1}}) {
    EXPECT_THROW(resize(image, 1, out.data(), box), Error);
  }
  EXPECT_THROW(resize(Image(), 1, out.data()), Error);
  EXPECT_THROW(resize(image, 0, out.data()), Error);
}

}  // namespace
}  // namespace dg
