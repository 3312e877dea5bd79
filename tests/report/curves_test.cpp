#include "report/curves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "error_text.h"
#include "tensor/rng.h"

namespace dg::reporting {
namespace {

using Ticks = std::vector<double>;

Points noise(std::size_t count) {
  Rng rng(41);
  Points points;
  for (std::size_t i = 0; i < count; ++i) points.emplace_back(3.0 * static_cast<double>(i), rng.normal());
  return points;
}

TEST(Curves, SmoothingIsTheMeanOfThoseBefore) {
  EXPECT_EQ(smoothed({{1, 2}, {2, 4}, {3, 9}, {4, 1}}, 2), (Points{{1, 2}, {2, 3}, {3, 6.5}, {4, 5}}));
  EXPECT_EQ(smoothed({{1, 2}, {2, 4}}, 1), (Points{{1, 2}, {2, 4}}));
  EXPECT_EQ(smoothed({}, 5), Points{});
  EXPECT_EQ(error_text([] { smoothed({}, 0); }), "[smoothed] window must be at least 1, got 0");
}

TEST(Curves, ThinningKeepsEndsAndPeaks) {
  for (const std::size_t count : {601, 1000, 12345}) {
    Points points = noise(count);
    points[count / 3].second = 50;
    points[count / 2].second = -50;
    const Points few = thinned(points, 600);
    EXPECT_LE(few.size(), 600u);
    EXPECT_GT(few.size(), 590u - (count < 1000 ? 300u : 0u));
    EXPECT_EQ(few.front(), points.front());
    EXPECT_EQ(few.back(), points.back());
    EXPECT_TRUE(std::ranges::is_sorted(few));
    for (const std::size_t peak : {count / 3, count / 2})
      EXPECT_NE(std::ranges::find(few, points[peak]), few.end());
    for (const auto& point : few) EXPECT_NE(std::ranges::find(points, point), points.end());
  }
}

TEST(Curves, ThinningTakesTheExtremesOfEachStretch) {
  const Points points = noise(103), few = thinned(points, 12);  // five stretches of 20 or 21 points
  Points expected{points.front()};
  for (std::size_t s = 0; s < 5; ++s) {
    Points stretch(points.begin() + 1 + 101 * s / 5, points.begin() + 1 + 101 * (s + 1) / 5);
    std::ranges::sort(stretch, {}, &std::pair<double, double>::second);
    Points ends{stretch.front(), stretch.back()};
    std::ranges::sort(ends);
    expected.insert(expected.end(), ends.begin(), ends.end());
  }
  expected.push_back(points.back());
  EXPECT_EQ(few, expected);
}

TEST(Curves, FewPointsAreLeftAlone) {
  const Points points = noise(600);
  EXPECT_EQ(thinned(points, 600), points);
  EXPECT_EQ(error_text([&] { thinned(points, 3); }), "[thinned] most must be at least 4, got 3");
}

TEST(Ticks, AreRoundNumbersAroundTheRange) {
  EXPECT_EQ(round_ticks(0, 10, 5), (Ticks{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(round_ticks(1, 9.5, 5), (Ticks{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(round_ticks(-3, 1, 2), (Ticks{-4, -2, 0, 2}));
  EXPECT_EQ(round_ticks(0, 16000, 4), (Ticks{0, 5000, 10000, 15000, 20000}));
  EXPECT_EQ(round_ticks(5, 5, 5), (Ticks{2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(round_ticks(0, 0, 2), (Ticks{-1, 0, 1}));
}

TEST(Ticks, OfAnyRangeAreFewAndEquallyFarApart) {
  Rng rng(42);
  for (int trial = 0; trial < 2000; ++trial) {
    const double range = std::pow(10, rng.uniform(-6, 6)),
                 low = rng.normal() * range * std::pow(10, rng.uniform(-2, 3)), high = low + range;
    const int most = 2 + static_cast<int>(rng.below(8));
    const Ticks ticks = round_ticks(low, high, most);
    const double distance = ticks[1] - ticks[0], slack = 1e-6 * distance + 1e-9 * std::abs(low);
    EXPECT_LE(ticks.front(), low + slack);
    EXPECT_GE(ticks.back(), high - slack);
    EXPECT_LE(std::ssize(ticks), most + 2) << low << " " << high << " " << most;
    EXPECT_GT(ticks[1], low - slack) << "no tick to spare";
    const double digit = distance / std::pow(10, std::floor(std::log10(distance) + 1e-9));
    EXPECT_TRUE(std::abs(digit - 1) < 1e-6 || std::abs(digit - 2) < 1e-6 || std::abs(digit - 5) < 1e-6)
        << digit;
    for (std::size_t i = 1; i < ticks.size(); ++i) EXPECT_NEAR(ticks[i] - ticks[i - 1], distance, slack);
  }
}

TEST(Ticks, OfARangeThatIsNextToNothingLieAroundIt) {
  EXPECT_EQ(round_ticks(1e6, 1e6 + 1e-10, 2), (Ticks{5e5, 1e6, 1.5e6}));
  EXPECT_EQ(round_ticks(-4e-320, 4e-320, 2), (Ticks{-1, 0, 1}));
  EXPECT_EQ(round_ticks(-1e300, 1e300, 2).size(), 3u);
}

TEST(Ticks, NeedARange) {
  EXPECT_EQ(error_text([] { round_ticks(0, INFINITY, 5); }),
            "[round_ticks] a range within +-1e+300 and at least 2 ticks are needed, got 0..inf and 5");
  EXPECT_NE(error_text([] { round_ticks(2, 1, 5); }), "no error");
  EXPECT_NE(error_text([] { round_ticks(0, 1, 1); }), "no error");
}

}  // namespace
}  // namespace dg::reporting
