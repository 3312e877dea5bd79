// Targets such as precision 0.9 are meant as decimals, but the double 0.9 lies above 9/10, so that "9 of 10
// >= 0.9" is false in exact arithmetic on doubles. Therefore a target is read as a whole number of
// billionths, and shares are compared in integers: C / M >= p becomes C * 10^9 >= billionths(p) * M, exact up
// to M = 9 * 10^9.
#pragma once
#include <cmath>
#include <cstdint>

#include "tensor/check.h"

namespace dg {

inline constexpr std::uint64_t billion = 1'000'000'000;

/// `share` in billionths. Error, in the name of `where`, unless it lies in (0, 1] and has at most 9 decimals.
inline std::uint64_t billionths(double share, const char* where) {
  const double scaled = share * static_cast<double>(billion), whole = std::round(scaled);
  require(whole >= 1 && whole <= static_cast<double>(billion) && std::abs(scaled - whole) < 1e-6, where,
          "target must be above 0, at most 1, with at most 9 decimals, got {}", share);
  return static_cast<std::uint64_t>(whole);
}

}  // namespace dg
