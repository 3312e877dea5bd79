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

/// In three digits, or all of the whole part: "0.375", "12.5", "1,234".
inline std::string short_number(double number) {
  return number < 999.5 ? fmt::format("{:.3g}", number) : grouped(fmt::format("{:.0f}", number));
}

/// "1 photo", "3 photos", "2 identities".
inline std::string how_many(std::int64_t number, const std::string& one, const std::string& many = "") {
  return fmt::format("{} {}", number, number == 1 ? one : many.empty() ? one + "s" : many);
}

}  // namespace dg
