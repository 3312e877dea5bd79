#include "data/decode_limits.h"

#include <fmt/format.h>

#include <algorithm>

namespace dg {

std::string size_problem(std::int64_t width, std::int64_t height, const DecodeLimits& limits) {
  if (std::max(width, height) <= limits.max_side && width * height <= limits.max_pixels) return "";
  return fmt::format("{} x {} pixels is more than the limit of {} pixels a side and {:.0f} megapixels", width,
                     height, limits.max_side, static_cast<double>(limits.max_pixels) / 1e6);
}

}  // namespace dg
