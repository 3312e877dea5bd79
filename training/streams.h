// One stream of random numbers per purpose, all from the run's seed.
#pragma once
#include <cstdint>

namespace dg::stream {

enum Stream : std::uint64_t {
  weights = 1,
  lsuv_photos = 2,
  sampling = 3,
  classifier_photos = 4,
  // from here on plus the number of the step or iteration
  pairs = std::uint64_t{1} << 40,
  pixels = std::uint64_t{2} << 40,
  classifier_pixels = std::uint64_t{3} << 40
};

}  // namespace dg::stream
