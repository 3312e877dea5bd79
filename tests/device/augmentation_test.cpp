// uint8 photos to the network's input on the device.
#include "data/augmentation.h"

#include "device/under_test.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

std::vector<std::uint8_t> photos(Index n, Index size) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n * size * size * 3));
  Rng rng(1, static_cast<std::uint64_t>(size));
  for (auto& b : bytes) b = static_cast<std::uint8_t>(rng.below(256));
  return bytes;
}

void check(const std::string& what, Index n, Index size, const AugmentationOptions& options) {
  const auto bytes = photos(n, size);
  const auto draws = draw_augmentations(n, options, Rng(5, 7));
  compare(
      [&](Device on) {
        const auto images = Array<std::uint8_t>::from(bytes, on);
        return Named{{fmt::format("{} photos of {}", n, size), augment(images, size, draws).to_vector()}};
      },
      // Where a pixel is read comes with the rounding of a coordinate of up to size / 2, and neighbours are
      // up to 2 apart.
      {.operation = "augment", .what = what, .reduction = 4, .largest = static_cast<double>(size)});
}

TEST(DeviceAugmentation, EveryStepAlone) {
  check("mirror", 9, 5, {.colour = 0, .grey = 0});
  check("colour", 3, 5, {.mirror = false, .grey = 0});
  check("grey", 9, 5, {.mirror = false, .colour = 0, .grey = 0.5});
  check("contrast", 3, 5, {.mirror = false, .colour = 0, .grey = 0, .contrast = 0.3});
  check("shift", 3, 6, {.mirror = false, .colour = 0, .grey = 0, .shift = 2});
  check("rotation", 3, 6, {.mirror = false, .colour = 0, .grey = 0, .rotation = 0.4});
  check("scale", 3, 6, {.mirror = false, .colour = 0, .grey = 0, .scale = 0.2});
}

TEST(DeviceAugmentation, AllStepsTogether) {
  const AugmentationOptions all{.grey = 0.5, .shift = 2, .rotation = 0.15, .scale = 0.1, .contrast = 0.3};
  for (const Index size : {1, 2, 5, 24}) {
    for (const Index n : {0, 1, 4}) check("all", n, size, all);
  }
}

TEST(DeviceAugmentation, NormalisesAndMirrors) {
  const auto bytes = photos(3, 7);
  for (const bool mirrored : {false, true}) {
    compare(
        [&](Device on) {
          return Named{{"photos", normalise(Array<std::uint8_t>::from(bytes, on), 7, mirrored).to_vector()}};
        },
        {.operation = "normalise", .what = mirrored ? "mirrored" : "plain"});
  }
}

}  // namespace
}  // namespace dg::test
