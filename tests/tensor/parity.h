// What the parity tests share: random numbers, and how close a fast backend has to come to the reference.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tensor/rng.h"

namespace dg {

using Index = std::int64_t;
using Numbers = std::vector<float>;

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

// |error| <= 16 eps sqrt(length of the reduction) max|ref|
inline void expect_close(const Numbers& got, const Numbers& ref, Index reduction, const std::string& what) {
  ASSERT_EQ(got.size(), ref.size()) << what;
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < ref.size(); ++i) {
    largest = std::max(largest, std::fabs(static_cast<double>(ref[i])));
    const double difference = std::fabs(static_cast<double>(got[i]) - ref[i]);
    ASSERT_FALSE(std::isnan(difference)) << what << " at " << i;
    error = std::max(error, difference);
  }
  const double tolerance = 16 * 0x1.0p-23 * std::sqrt(static_cast<double>(reduction)) * largest;
  EXPECT_LE(error, tolerance) << what << ": " << error / tolerance << " times the tolerance";
}

}  // namespace dg
