#include "evaluation/decimal.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

TEST(Billionths, AreThoseOfTheDecimal) {
  EXPECT_EQ(billionths(0.9, "x"), 900'000'000u);
  EXPECT_EQ(billionths(0.001, "x"), 1'000'000u);
  EXPECT_EQ(billionths(0.123456789, "x"), 123'456'789u);
  EXPECT_EQ(billionths(1e-9, "x"), 1u);
  EXPECT_EQ(billionths(1, "x"), 1'000'000'000u);
}

TEST(Billionths, ATargetWithMoreDecimalsOrOutOfRangeIsRefused) {
  for (const double share : {0.9999999995, 0.5000000001, 5e-10, 0.0, -0.5, 1.000000001, 2.0}) {
    EXPECT_TRUE(contains(error_text([&] { billionths(share, "where"); }),
                         "[where] target must be above 0, at most 1, with at most 9 decimals, got "))
        << share;
  }
}

}  // namespace
}  // namespace dg
