#include "evaluation/verification.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"
#include "tensor/rng.h"

namespace dg {
namespace {

constexpr double infinite_score = std::numeric_limits<double>::infinity();

std::vector<PairScore> random_pairs(Rng& rng, std::size_t n, int folds, std::uint64_t levels) {
  std::vector<PairScore> pairs;
  for (std::size_t i = 0; i < n; ++i) {
    const bool same = i < 2 ? i == 0 : rng.uniform() < 0.5;
    const auto level = static_cast<float>(rng.below(levels) + (same ? levels / 3 : 0));
    pairs.push_back({level / 16 - 0.5f, same, static_cast<int>(i % static_cast<std::size_t>(folds))});
  }
  return pairs;
}

std::size_t right_at(const std::vector<PairScore>& pairs, double threshold) {
  std::size_t right = 0;
  for (const PairScore& p : pairs) right += (double{p.score} >= threshold) == p.same;
  return right;
}

/// Every midpoint of two neighbouring distinct scores and both infinities, ascending; the first of the best.
double exhaustive_threshold(const std::vector<PairScore>& pairs) {
  std::set<double> scores;
  for (const PairScore& p : pairs) scores.insert(double{p.score});
  std::vector<double> candidates = {-infinite_score};
  for (auto it = scores.begin(); std::next(it) != scores.end(); ++it)
    candidates.push_back((*it + *std::next(it)) / 2);
  candidates.push_back(infinite_score);
  double best = candidates[0];
  for (double c : candidates) {
    if (right_at(pairs, c) > right_at(pairs, best)) best = c;
  }
  return best;
}

TEST(BestThreshold, EqualsTheExhaustiveSearch) {
  Rng rng(7);
  for (int trial = 0; trial < 500; ++trial) {
    const auto pairs = random_pairs(rng, 1 + rng.below(30), 1, 1 + rng.below(20));
    EXPECT_EQ(best_threshold(pairs), exhaustive_threshold(pairs));
  }
}

TEST(BestThreshold, LowestOfEquallyGoodOnesIsTaken) {
  // One mistake at -infinity, at 0.15 and at 0.35; two at 0.25.
  const std::vector<PairScore> pairs = {{0.1f, false, 0}, {0.2f, true, 0}, {0.3f, false, 0}, {0.4f, true, 0}};
  EXPECT_DOUBLE_EQ(best_threshold(pairs), (double{0.1f} + double{0.2f}) / 2);
}

TEST(BestThreshold, AllOfOneKindNeedsAnInfinity) {
  const std::vector<PairScore> same = {{0.1f, true, 0}, {0.2f, true, 0}};
  const std::vector<PairScore> different = {{0.1f, false, 0}, {0.2f, false, 0}};
  EXPECT_EQ(best_threshold(same), -infinite_score);
  EXPECT_EQ(best_threshold(different), infinite_score);
}

TEST(Verification, EqualsLeaveOneFoldOutByHand) {
  Rng rng(8);
  for (int trial = 0; trial < 50; ++trial) {
    const int folds = 2 + static_cast<int>(rng.below(9));
    const auto pairs = random_pairs(rng, 20 + rng.below(60), folds, 20);
    const Verification v = verify(pairs);
    std::vector<double> accuracy;
    double mean = 0, variance = 0;
    for (int fold = 0; fold < folds; ++fold) {
      std::vector<PairScore> in, out;
      for (const PairScore& p : pairs) (p.fold == fold ? in : out).push_back(p);
      accuracy.push_back(static_cast<double>(right_at(in, exhaustive_threshold(out))) /
                         static_cast<double>(in.size()));
      mean += accuracy.back() / folds;
    }
    for (double a : accuracy) variance += (a - mean) * (a - mean) / (folds - 1);
    EXPECT_EQ(v.fold_accuracy, accuracy);
    EXPECT_NEAR(v.accuracy, mean, 1e-12);
    EXPECT_NEAR(v.accuracy_sd, std::sqrt(variance), 1e-12);
    EXPECT_EQ(v.pairs, pairs.size());
  }
}

TEST(Verification, ThresholdIsBlindToTheFoldItIsUsedOn) {
  // Fold 1 alone would choose a threshold below 0; fold 0 says 0.5.
  const std::vector<PairScore> pairs = {
      {0.4f, false, 0}, {0.6f, true, 0}, {-0.9f, false, 1}, {-0.5f, true, 1}};
  const Verification v = verify(pairs);
  EXPECT_NEAR(v.fold_threshold[1], 0.5, 1e-6);
  EXPECT_EQ(v.fold_accuracy[1], 0.5);
}

TEST(TarAtFar, ThresholdIsTheSmallestFloatWithinTheRate) {
  Rng rng(9);
  for (int trial = 0; trial < 300; ++trial) {
    const auto pairs = random_pairs(rng, 2 + rng.below(60), 1, 1 + rng.below(20));
    for (const std::uint64_t tenths : {1u, 2u, 5u}) {
      const AcceptRate r = tar_at_far(pairs, static_cast<double>(tenths) / 10);
      const auto threshold = static_cast<float>(r.threshold);
      const auto accepted = [&](float t, bool same) {
        std::uint64_t n = 0;
        for (const PairScore& p : pairs) n += p.same == same && p.score >= t;
        return n;
      };
      const std::uint64_t same = accepted(-100, true), different = accepted(-100, false);
      EXPECT_LE(accepted(threshold, false) * 10, tenths * different);
      EXPECT_GT(accepted(std::nextafter(threshold, -100.0f), false) * 10, tenths * different);
      EXPECT_EQ(r.true_accepts, static_cast<double>(accepted(threshold, true)) / static_cast<double>(same));
    }
  }
}

TEST(TarAtFar, ExactlyTheAllowedNumberOfFalseAcceptsIsUsed) {
  // 3,000 different pairs as in LFW: 30 and 3 false accepts are allowed at 1e-2 and 1e-3, not 29 and 2.
  std::vector<PairScore> pairs;
  for (int i = 0; i < 3000; ++i) pairs.push_back({static_cast<float>(i), false, 0});
  pairs.push_back({2969.5f, true, 0});
  pairs.push_back({2996.5f, true, 0});
  EXPECT_EQ(tar_at_far(pairs, 0.01).true_accepts, 1.0);
  EXPECT_EQ(tar_at_far(pairs, 0.01).threshold, double{std::nextafter(2969.0f, 3000.0f)});
  EXPECT_EQ(tar_at_far(pairs, 0.001).true_accepts, 0.5);
  EXPECT_EQ(tar_at_far(pairs, 0.001).threshold, double{std::nextafter(2996.0f, 3000.0f)});
}

TEST(TarAtFar, TiesWithARejectedPairAreRejected) {
  const std::vector<PairScore> pairs = {{0.5f, false, 0}, {0.5f, true, 0}, {0.6f, true, 0}};
  EXPECT_EQ(tar_at_far(pairs, 0.001).true_accepts, 0.5);
}

TEST(Verification, CosinesComeFromThePairsRows) {
  const std::vector<float> e = {1, 0, 0.6f, 0.8f, 0, 1};
  const std::vector<Pair> pairs = {{0, 1, true, 0}, {2, 1, false, 3}};
  const auto scores = score_pairs({e, 2}, pairs);
  EXPECT_FLOAT_EQ(scores[0].score, 0.6f);
  EXPECT_TRUE(scores[0].same);
  EXPECT_FLOAT_EQ(scores[1].score, 0.8f);
  EXPECT_EQ(scores[1].fold, 3);
}

TEST(Verification, JsonHasTheKeysOfTheCommandLine) {
  const std::vector<PairScore> pairs = {
      {0.25f, false, 0}, {0.75f, true, 0}, {0.25f, false, 1}, {0.75f, true, 1}};
  Verification v = verify(pairs);
  v.at_far = {{{1, 0.25}, {0.5, 0.5}}};
  EXPECT_EQ(to_json(v).dump(), R"({"accuracy":1.0,"accuracy_sd":0.0,"tar_at_far":{"0.01":1.0,"0.001":0.5},)"
                               R"("threshold":{"0.01":0.25,"0.001":0.5},"pairs":4})");
}

TEST(Verification, BadInputIsNamed) {
  const std::vector<PairScore> good = {{0.1f, false, 0}, {0.2f, true, 1}};
  auto bad = good;
  bad[1].score = std::nanf("");
  EXPECT_EQ(error_text([&] { verify(bad); }), "[verification] score of pair 1 must be finite, got nan");
  bad = good;
  bad[1].fold = -1;
  EXPECT_EQ(error_text([&] { verify(bad); }), "[verification] fold of pair 1 must be in 0..1, got -1");
  bad[1].fold = 0;
  EXPECT_EQ(error_text([&] { verify(bad); }), "[verification] pairs must come in at least 2 folds, got 1");
  EXPECT_EQ(error_text([] { verify({}); }), "[verification] pairs must come in at least 2 folds, got 0");
  bad = {{0.1f, false, 0}, {0.2f, true, 2}, {0.2f, true, 2}};
  EXPECT_EQ(error_text([&] { verify(bad); }), "[verification] fold 1 has no pairs");
  EXPECT_EQ(error_text([] { best_threshold({}); }), "[verification] at least one pair is needed, got none");
  EXPECT_EQ(error_text([&] { tar_at_far(std::span(good).first(1), 0.1); }),
            "[verification] same and different pairs are needed, got 0 and 1");
  EXPECT_EQ(error_text([&] { tar_at_far(good, 1.0); }),
            "[verification] false accept rate must be below 1, got 1");
  const std::vector<float> e = {1, 0};
  EXPECT_EQ(error_text([&] {
              score_pairs({e, 2}, std::vector<Pair>{{0, 1, true, 0}});
            }),
            "[score_pairs] rows of a pair must be below 1, got 0 and 1");
}

TEST(Verification, AFoldAboveTheNumberOfPairsIsOutOfRange) {
  for (const int fold : {2, 3, 2'000'000'000}) {
    const std::vector<PairScore> pairs = {{0.1f, false, 0}, {0.2f, true, fold}};
    EXPECT_EQ(error_text([&] { verify(pairs); }),
              "[verification] fold of pair 1 must be in 0..1, got " + std::to_string(fold));
  }
}

}  // namespace
}  // namespace dg
