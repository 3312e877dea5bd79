// The schedule at its landmarks.
#include "optim/sgdr.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/error.h"

namespace dg {
namespace {

TEST(Sgdr, GoesFromTheFirstRateToTheFinalOneByACosine) {
  const Sgdr s({.rate = 0.01, .final_rate = 1e-5, .steps = 1000});
  EXPECT_DOUBLE_EQ(s.rate(0), 0.01);
  EXPECT_NEAR(s.rate(500), (0.01 + 1e-5) / 2, 1e-15);
  EXPECT_NEAR(s.rate(250), 1e-5 + (0.01 - 1e-5) * (1 + std::sqrt(0.5)) / 2, 1e-15);
  EXPECT_NEAR(s.rate(999), 1e-5, 1e-7);
  EXPECT_EQ(s.rate(1000), 1e-5);
}

TEST(Sgdr, RestartsWithGrowingPeriods) {
  const Sgdr s({.rate = 1, .final_rate = 0, .steps = 100, .restart_period = 10, .restart_factor = 2});
  for (const int start : {0, 10, 30, 70}) EXPECT_DOUBLE_EQ(s.rate(start), 1) << start;
  EXPECT_NEAR(s.rate(20), 0.5, 1e-12);  // the middle of the second period, 10..30
}

TEST(Sgdr, AFactorNearOneGrowsToo) {
  // Periods of floor(10 * 1.05^k) steps: 10, 10, 11, 11, 12, 12, 13, ...
  const Sgdr s({.rate = 1, .final_rate = 0, .steps = 1000, .restart_period = 10, .restart_factor = 1.05});
  int start = 0;
  for (int k = 0; k < 20; ++k) {
    EXPECT_DOUBLE_EQ(s.rate(start), 1) << start;
    start += static_cast<int>(10 * std::pow(1.05, k));
  }
  EXPECT_EQ(start, 321);
}

TEST(Sgdr, VeryManyEqualPeriodsTakeNoTime) {
  const Sgdr s({.rate = 1, .final_rate = 0, .steps = 4'000'000'000'000, .restart_period = 2});
  EXPECT_DOUBLE_EQ(s.rate(3'999'999'999'998), 1);
  EXPECT_NEAR(s.rate(3'999'999'999'999), 0.5, 1e-12);
}

TEST(Sgdr, AnExtensionIsAPeriodOfItsOwn) {
  const Sgdr s({.rate = 1, .final_rate = 0, .steps = 1000, .warmup = 10, .extended_at = {400, 600}});
  EXPECT_DOUBLE_EQ(s.rate(0), 0.1);
  EXPECT_NEAR(s.rate(200), 0.5, 1e-12);  // the middle of 0..400
  EXPECT_DOUBLE_EQ(s.rate(400), 1) << "no second warm-up";
  EXPECT_NEAR(s.rate(500), 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(s.rate(600), 1);
  EXPECT_NEAR(s.rate(800), 0.5, 1e-12);
  EXPECT_EQ(s.rate(1000), 0);
  const Sgdr before({.rate = 1, .final_rate = 0, .steps = 400, .warmup = 10});
  for (int t = 0; t < 400; ++t) EXPECT_EQ(s.rate(t), before.rate(t)) << t;
}

TEST(Sgdr, ExtensionsAscendBelowTheEnd) {
  EXPECT_THROW(Sgdr({.steps = 100, .extended_at = {100}}), Error);
  EXPECT_THROW(Sgdr({.steps = 100, .extended_at = {50, 50}}), Error);
  EXPECT_THROW(Sgdr({.steps = 100, .extended_at = {0}}), Error);
}

TEST(Sgdr, WarmsUpLinearly) {
  const Sgdr s({.rate = 1, .final_rate = 1, .steps = 100, .warmup = 10});
  EXPECT_DOUBLE_EQ(s.rate(0), 0.1);
  EXPECT_DOUBLE_EQ(s.rate(4), 0.5);
  EXPECT_DOUBLE_EQ(s.rate(9), 1);
  EXPECT_DOUBLE_EQ(s.rate(50), 1);
}

TEST(Sgdr, RefusesARisingSchedule) { EXPECT_THROW(Sgdr({.rate = 0.01, .final_rate = 0.1}), Error); }

}  // namespace
}  // namespace dg
