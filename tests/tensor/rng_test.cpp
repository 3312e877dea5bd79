#include "tensor/rng.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/math.h"

namespace dg {
namespace {

TEST(Philox, AgreesWithThePublishedKnownAnswers) {
  // Random123's kat_vectors for philox4x32-10.
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, 0), (Philox4{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}));
  EXPECT_EQ(philox4x32({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}, ~0ull),
            (Philox4{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}));
  EXPECT_EQ(philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, 0x299f31d0a4093822ull),
            (Philox4{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}));
}

TEST(Rng, IsAFunctionOfSeedStreamAndPosition) {
  Rng a(5, 3), b(5, 3), other(5, 4);
  EXPECT_EQ(a.bits(), b.bits());
  EXPECT_NE(a.bits(), other.bits());
  Rng resumed(a.state());
  EXPECT_EQ(a.bits(), resumed.bits());
}

TEST(Rng, HasTheMomentsItPromises) {
  Rng rng(1);
  double mean = 0, square = 0, normal = 0, normal_square = 0;
  const int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform(), z = rng.normal();
    ASSERT_TRUE(u >= 0 && u < 1);
    mean += u / n;
    square += u * u / n;
    normal += z / n;
    normal_square += z * z / n;
  }
  EXPECT_NEAR(mean, 0.5, 0.004);
  EXPECT_NEAR(square, 1.0 / 3, 0.004);
  EXPECT_NEAR(normal, 0, 0.015);
  EXPECT_NEAR(normal_square, 1, 0.02);
}

TEST(Rng, BelowIsUniform) {
  Rng rng(2);
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts[rng.below(7)];
  for (const int c : counts) EXPECT_NEAR(c, 10'000, 400);
  EXPECT_EQ(rng.below(1), 0u);
}

TEST(ExpOf, FloatIsWithinTwoUnitsInTheLastPlace) {
  for (double x = -87; x < 88.6; x += 0.00137) {
    const auto f = static_cast<float>(x);
    const double truth = std::exp(static_cast<double>(f));
    ASSERT_NEAR(exp_of(f) / truth, 1, 2 * 1.2e-7) << x;
  }
  EXPECT_EQ(exp_of(0.0f), 1);
  EXPECT_EQ(exp_of(-1000.0f), 0);
  EXPECT_EQ(exp_of(-HUGE_VALF), 0);
  EXPECT_EQ(exp_of(1000.0f), HUGE_VALF);
  EXPECT_TRUE(std::isnan(exp_of(NAN)));
}

}  // namespace
}  // namespace dg
