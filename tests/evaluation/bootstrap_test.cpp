#include "evaluation/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"

namespace dg {
namespace {

using Photos = std::vector<Recognition>;

/// `identities` people with `photos` photos each; a share `accuracy` is right, confidence at random.
Photos random_run(Rng& rng, int identities, int photos, double accuracy) {
  Photos run;
  for (int id = 0; id < identities; ++id) {
    for (int p = 0; p < photos; ++p) {
      run.push_back({id, rng.uniform() < accuracy ? id : id + 1, static_cast<float>(rng.uniform())});
    }
  }
  return run;
}

double share_right(const Photos& run) {
  return static_cast<double>(std::ranges::count_if(run, &Recognition::correct)) /
         static_cast<double>(run.size());
}

/// The same interval by copying photos: for each draw of identities a real list of photos, then the plain
/// metric.
template <class F>
BootstrapInterval by_copying(const Photos& a, const Photos& b, const BootstrapOptions& options, Rng rng,
                             int identities, F metric) {
  std::vector<double> differences;
  for (int r = 0; r < options.resamples; ++r) {
    Photos copy_a, copy_b;
    for (int k = 0; k < identities; ++k) {
      const int id = static_cast<int>(rng.below(static_cast<std::uint64_t>(identities)));
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].identity != id) continue;
        copy_a.push_back(a[i]);
        copy_b.push_back(b[i]);
      }
    }
    differences.push_back(metric(copy_b) - metric(copy_a));
  }
  std::ranges::sort(differences);
  const auto at = [&](double q) {
    const double position = q * static_cast<double>(options.resamples - 1);
    const double low = differences[static_cast<std::size_t>(std::floor(position))];
    const double high = differences[static_cast<std::size_t>(std::ceil(position))];
    return low + (position - std::floor(position)) * (high - low);
  };
  return {metric(b) - metric(a), at((1 - options.level) / 2), at((1 + options.level) / 2)};
}

TEST(Bootstrap, EqualsMetricsOfCopiedPhotos) {
  Rng rng(11);
  for (int trial = 0; trial < 5; ++trial) {
    const Photos a = random_run(rng, 12, 3, 0.7), b = random_run(rng, 12, 3, 0.85);
    BootstrapOptions options{.metric = {.kind = Metric::Kind::top1}, .resamples = 101, .level = 0.9};
    const Rng start(5, static_cast<std::uint64_t>(trial));
    Rng top1_rng = start, coverage_rng = start;
    const auto top1 = paired_bootstrap(std::vector<Photos>{a}, std::vector<Photos>{b}, options, top1_rng);
    const auto expected = by_copying(a, b, options, start, 12, share_right);
    EXPECT_NEAR(top1.value, expected.value, 1e-12);
    EXPECT_NEAR(top1.low, expected.low, 1e-12);
    EXPECT_NEAR(top1.high, expected.high, 1e-12);

    options.metric = {.kind = Metric::Kind::coverage, .precision = 0.8};
    const auto coverage =
        paired_bootstrap(std::vector<Photos>{a}, std::vector<Photos>{b}, options, coverage_rng);
    const auto expected_coverage = by_copying(a, b, options, start, 12, [](const Photos& run) {
      return RankedAnswers(to_answers(run)).at(0.8).coverage();
    });
    EXPECT_NEAR(coverage.value, expected_coverage.value, 1e-12);
    EXPECT_NEAR(coverage.low, expected_coverage.low, 1e-12);
    EXPECT_NEAR(coverage.high, expected_coverage.high, 1e-12);
  }
}

// An arm that is always wrong has 0 in every resample, so the difference to it is the other arm's own figure.
TEST(Bootstrap, OneArmHasTheIntervalOfItsDifferenceToNothing) {
  Rng rng(21);
  const std::vector<Photos> a = {random_run(rng, 15, 3, 0.6), random_run(rng, 15, 3, 0.9)};
  Photos wrong = a[0];
  for (Recognition& photo : wrong) photo.predicted = photo.identity + 1;
  for (const auto kind : {Metric::Kind::top1, Metric::Kind::coverage}) {
    for (const auto unit : {ResampleUnit::photo, ResampleUnit::identity}) {
      const BootstrapOptions options{
          .metric = {.kind = kind, .precision = 0.7}, .unit = unit, .resamples = 60};
      Rng one_rng(4), paired_rng(4);
      const auto one = bootstrap(a, options, one_rng);
      const auto paired = paired_bootstrap(std::vector<Photos>{wrong}, a, options, paired_rng);
      EXPECT_EQ(one.value, paired.value);
      EXPECT_EQ(one.low, paired.low);
      EXPECT_EQ(one.high, paired.high);
      EXPECT_LT(one.low, one.high);
    }
  }
}

TEST(Bootstrap, OneArmOfBadInputIsNamed) {
  const auto message = [](const std::vector<Photos>& runs, const BootstrapOptions& options) {
    Rng rng(1);
    return error_text([&] { bootstrap(runs, options, rng); });
  };
  const Photos one = {{0, 0, 1}}, other = {{1, 1, 1}};
  EXPECT_EQ(message({}, {}), "[bootstrap] at least one run is needed, got none");
  EXPECT_EQ(message({Photos{}}, {}), "[bootstrap] at least one photo is needed, got none");
  EXPECT_EQ(message({one, other}, {}),
            "[bootstrap] photo 0 must show identity 0 in all runs, run 1 of arm a has 1");
  EXPECT_EQ(message({one}, {.resamples = 0}), "[bootstrap] resamples must be at least 1, got 0");
  EXPECT_EQ(message({one}, {.level = 0}), "[bootstrap] level must be between 0 and 1, got 0");
}

TEST(Bootstrap, EqualArmsHaveNoDifferenceInAnyResample) {
  Rng rng(12);
  const std::vector<Photos> a = {random_run(rng, 20, 4, 0.8)};
  for (auto kind : {Metric::Kind::top1, Metric::Kind::coverage}) {
    for (auto unit : {ResampleUnit::photo, ResampleUnit::identity}) {
      const auto i = paired_bootstrap(a, a, {.metric = {.kind = kind}, .unit = unit, .resamples = 50}, rng);
      EXPECT_EQ(i.value, 0);
      EXPECT_EQ(i.low, 0);
      EXPECT_EQ(i.high, 0);
    }
  }
}

TEST(Bootstrap, PhotoIntervalHasTheWidthOfTheBinomial) {
  // Arm a is always wrong, arm b right on half of 400 photos: the difference is binomial, sd 0.025.
  Photos a, b;
  for (int i = 0; i < 400; ++i) {
    a.push_back({i / 4, -1, 0});
    b.push_back({i / 4, i % 2 == 0 ? i / 4 : -1, 0});
  }
  Rng rng(13);
  const BootstrapOptions options{.unit = ResampleUnit::photo, .resamples = 4000};
  const auto i = paired_bootstrap(std::vector<Photos>{a}, std::vector<Photos>{b}, options, rng);
  EXPECT_EQ(i.value, 0.5);
  EXPECT_NEAR(i.low, 0.5 - 1.96 * 0.025, 0.004);
  EXPECT_NEAR(i.high, 0.5 + 1.96 * 0.025, 0.004);
}

TEST(Bootstrap, PhotosThatFailTogetherWidenTheIntervalOverIdentities) {
  // Every identity is all right or all wrong: 4 photos carry the information of one, the interval is twice as
  // wide.
  Photos a, b;
  for (int i = 0; i < 400; ++i) {
    a.push_back({i / 4, -1, 0});
    b.push_back({i / 4, i / 4 % 2 == 0 ? i / 4 : -1, 0});
  }
  Rng rng(14);
  const std::vector<Photos> arm_a = {a}, arm_b = {b};
  const auto photo = paired_bootstrap(arm_a, arm_b, {.unit = ResampleUnit::photo}, rng);
  const auto identity = paired_bootstrap(arm_a, arm_b, {.unit = ResampleUnit::identity}, rng);
  EXPECT_NEAR((identity.high - identity.low) / (photo.high - photo.low), 2.0, 0.2);
}

TEST(Bootstrap, SeedsOfAnArmAreAveraged) {
  const Photos right = {{0, 0, 1}, {1, 1, 1}}, wrong = {{0, 1, 1}, {1, 0, 1}};
  Rng rng(15);
  const std::vector<Photos> a = {wrong, wrong}, b = {right, wrong, wrong, wrong};
  const auto i = paired_bootstrap(a, b, {.resamples = 10}, rng);
  EXPECT_EQ(i.value, 0.25);
  EXPECT_EQ(i.low, 0.25);
}

TEST(Bootstrap, OneSeedOneInterval) {
  Rng rng(16);
  const std::vector<Photos> a = {random_run(rng, 20, 4, 0.7)}, b = {random_run(rng, 20, 4, 0.8)};
  Rng first(3), second(3);
  const auto x = paired_bootstrap(a, b, {.resamples = 100}, first);
  const auto y = paired_bootstrap(a, b, {.resamples = 100}, second);
  EXPECT_EQ(x.low, y.low);
  EXPECT_EQ(x.high, y.high);
  EXPECT_LT(x.low, x.high);
}

TEST(Bootstrap, BadInputIsNamed) {
  const auto message = [](const std::vector<Photos>& a, const std::vector<Photos>& b,
                          const BootstrapOptions& options) {
    Rng rng(1);
    return error_text([&] { paired_bootstrap(a, b, options, rng); });
  };
  const Photos one = {{0, 0, 1}}, other = {{1, 1, 1}}, both = {{0, 0, 1}, {1, 1, 1}};
  EXPECT_EQ(message({}, {one}, {}), "[paired_bootstrap] both arms need at least one run, got 0 and 1");
  EXPECT_EQ(message({Photos{}}, {Photos{}}, {}), "[paired_bootstrap] at least one photo is needed, got none");
  EXPECT_EQ(message({one}, {one, both}, {}),
            "[paired_bootstrap] all runs must hold 1 photos, run 1 of arm b holds 2");
  EXPECT_EQ(message({one}, {other}, {}),
            "[paired_bootstrap] photo 0 must show identity 0 in all runs, run 0 of arm b has 1");
  EXPECT_EQ(message({one}, {one}, {.resamples = 0}),
            "[paired_bootstrap] resamples must be at least 1, got 0");
  EXPECT_EQ(message({one}, {one}, {.level = 1}), "[paired_bootstrap] level must be between 0 and 1, got 1");
}

TEST(Bootstrap, OneResampleIsItsOwnInterval) {
  const Photos right = {{0, 0, 1}, {1, 1, 1}}, half = {{0, 0, 1}, {1, 0, 1}};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Rng rng(17, seed);
    const auto i = paired_bootstrap(std::vector<Photos>{half}, std::vector<Photos>{right},
                                    {.unit = ResampleUnit::photo, .resamples = 1}, rng);
    EXPECT_EQ(i.value, 0.5);
    EXPECT_EQ(i.low, i.high);
    EXPECT_TRUE(i.low == 0 || i.low == 0.5 || i.low == 1) << i.low;  // no, one or two draws of photo 1
  }
}

}  // namespace
}  // namespace dg
