// Numbers for people.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace dg {

/// A number in decimals with a comma before every three digits of its whole part: "-1234.5" as "-1,234.5".
inline std::string grouped(std::string number) {
  const auto end = static_cast<std::ptrdiff_t>(std::min(number.find('.'), number.size()));
  const std::ptrdiff_t first = number.starts_with('-') ? 1 : 0;
  for (std::ptrdiff_t i = end - 3; i > first; i -= 3) number.insert(number.begin() + i, ',');
  return number;
}

/// A share in two digits: "0.012%", "2.5%", "33%", "100%".
inline std::string percent(double share) {
  return 100 * share >= 99.5 ? "100%" : fmt::format("{:.2g}%", 100 * share);
}

inline std::string grouped(std::int64_t number) { return grouped(fmt::format("{}", number)); }

}  // namespace dg
