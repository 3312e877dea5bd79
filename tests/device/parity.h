// The one rule of how close a backend has to come to the reference: |error| <= 16 eps sqrt(R) max|ref|, R the
// length of the reduction behind each number. A composition's R is the sum of the reductions its longest path
// runs through: rounding errors are independent, so their squares add. eps is that of float, or, where
// products may be rounded to TF32, that of a mantissa of 10 bits.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tensor/real.h"
#include "tensor/rng.h"

namespace dg {

using Numbers = std::vector<float>;

constexpr double float_eps = 0x1.0p-23, tf32_eps = 0x1.0p-11;

inline Numbers normal(Index size, Rng& rng) {
  Numbers v(static_cast<std::size_t>(size));
  for (float& x : v) x = static_cast<float>(rng.normal());
  return v;
}

inline double dot(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// The largest error as a share of what is allowed: up to 1 is close enough. `largest`: max|ref| where `ref`
/// is a part of something larger. What is not finite in the reference must be met exactly; infinity where it
/// is not, or where the numbers of elements differ.
inline double error_over_bound(const Numbers& got, const Numbers& ref, Index reduction,
                               double eps = float_eps, double largest = 0) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (got.size() != ref.size()) return infinity;
  double error = 0;
  for (std::size_t i = 0; i < ref.size(); ++i) {
    const double r = ref[i], g = got[i];
    if (g == r || (std::isnan(g) && std::isnan(r))) {
      largest = std::isfinite(r) ? std::max(largest, std::fabs(r)) : largest;
    } else if (std::isfinite(g) && std::isfinite(r)) {
      largest = std::max(largest, std::fabs(r));
      error = std::max(error, std::fabs(g - r));
    } else {
      return infinity;
    }
  }
  if (error == 0) return 0;
  return error / (16 * eps * std::sqrt(static_cast<double>(std::max<Index>(1, reduction))) * largest);
}

inline void expect_close(const Numbers& got, const Numbers& ref, Index reduction, const std::string& what) {
  const double ratio = error_over_bound(got, ref, reduction);
  EXPECT_LE(ratio, 1) << what << ": " << ratio << " times the tolerance, " << got.size() << " numbers for "
                      << ref.size();
}

}  // namespace dg
