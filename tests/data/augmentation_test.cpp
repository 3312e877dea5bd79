// Augmentation, pixel by pixel, against the order of docs/deviations.md.
#include "data/augmentation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dg {
namespace {

constexpr std::int64_t side = 5;

Array<std::uint8_t> photos(std::int64_t n) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n * side * side * 3));
  Rng rng(1);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(rng.below(256));
  return Array<std::uint8_t>::from(bytes);
}

double pixel(const std::vector<std::uint8_t>& bytes, std::int64_t x, std::int64_t y, std::int64_t c) {
  return bytes[static_cast<std::size_t>((y * side + x) * 3 + c)];
}

TEST(Augmentation, NormalisesAndMirrors) {
  const auto images = photos(1);
  const auto bytes = images.to_vector();
  const auto plain = normalise(images, side).to_vector(),
             mirrored = normalise(images, side, true).to_vector();
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      for (std::int64_t c = 0; c < 3; ++c) {
        const auto at = static_cast<std::size_t>((y * side + x) * 3 + c);
        EXPECT_FLOAT_EQ(plain[at], static_cast<float>((pixel(bytes, x, y, c) - 127.5) / 128));
        EXPECT_FLOAT_EQ(mirrored[at], static_cast<float>((pixel(bytes, side - 1 - x, y, c) - 127.5) / 128));
      }
    }
  }
}

TEST(Augmentation, AppliesEveryStepInTheStatedOrder) {
  const auto images = photos(1);
  const auto bytes = images.to_vector();
  Augmentation p;
  p.u = 1.25f;  // reads 1.25 pixels to the right
  p.contrast = 1.2f;
  p.mirror = 1;
  p.red = 3;
  p.green = -4;
  p.blue = 5;
  p.grey = 1;
  const auto out = augment(images, side, {p}).to_vector();
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      double shifted[3];
      const double at = std::min<double>(static_cast<double>(side - 1 - x) + 1.25,
                                         side - 1);  // mirrored, then shifted source
      for (std::int64_t c = 0; c < 3; ++c) {
        const auto left = static_cast<std::int64_t>(at);
        const double f = at - static_cast<double>(left);
        const double source =
            (1 - f) * pixel(bytes, left, y, c) + f * pixel(bytes, std::min(left + 1, side - 1), y, c);
        const double colour[3] = {3, -4, 5};
        shifted[c] = 127.5 + 1.2 * (source - 127.5) + colour[c];
      }
      const double grey = 0.299 * shifted[0] + 0.587 * shifted[1] + 0.114 * shifted[2];
      for (std::int64_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(out[static_cast<std::size_t>((y * side + x) * 3 + c)], (grey - 127.5) / 128, 1e-5);
      }
    }
  }
}

TEST(Augmentation, ARotationByAQuarterTurnsThePhoto) {
  const auto images = photos(1);
  const auto bytes = images.to_vector();
  Augmentation p;
  p.a = 0;
  p.b = 1;
  const auto out = augment(images, side, {p}).to_vector();
  // (x, y) relative to the centre is read at (y, -x).
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      EXPECT_NEAR(out[static_cast<std::size_t>((y * side + x) * 3)],
                  (pixel(bytes, y, side - 1 - x, 0) - 127.5) / 128, 1e-5);
    }
  }
}

TEST(Augmentation, DrawsHaveTheStatedRangesAndProbabilities) {
  const AugmentationOptions o{.shift = 4, .rotation = 0.15, .scale = 0.1, .contrast = 0.3};
  const auto draws = draw_augmentations(20'000, o, Rng(5, 7));
  double mirrored = 0, grey = 0, low = 1e9, high = -1e9;
  for (const Augmentation& p : draws) {
    mirrored += p.mirror;
    grey += p.grey;
    low = std::min<double>(low, p.red);
    high = std::max<double>(high, p.red);
    EXPECT_LE(std::abs(p.u), 4);
    EXPECT_NEAR(std::hypot(p.a, p.b), 1, 0.12);
    EXPECT_LE(std::abs(std::atan2(p.b, p.a)), 0.1501);
    EXPECT_NEAR(p.contrast, 1, 0.3001);
  }
  EXPECT_NEAR(mirrored / 20'000, 0.5, 0.015);
  EXPECT_NEAR(grey / 20'000, 0.1, 0.01);
  EXPECT_NEAR(low, -10, 0.01);
  EXPECT_NEAR(high, 10, 0.01);
}

TEST(Augmentation, OptionsDoNotShiftTheOtherDraws) {
  const auto all = draw_augmentations(50, {.shift = 4}, Rng(5)), none = draw_augmentations(50, {}, Rng(5));
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].red, none[i].red);
    EXPECT_EQ(all[i].mirror, none[i].mirror);
  }
}

TEST(Augmentation, RefusesAWrongNumberOfBytes) {
  EXPECT_THROW(augment(photos(1), side, std::vector<Augmentation>(2)), Error);
}

}  // namespace
}  // namespace dg
