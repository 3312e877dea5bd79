#include "evaluation/coverage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"
#include "tensor/rng.h"

namespace dg {
namespace {

using Rational = std::pair<std::uint64_t, std::uint64_t>;

double value(Rational p) { return static_cast<double>(p.first) / static_cast<double>(p.second); }

/// From the definition: try every confidence as the threshold. `p` is an exact fraction.
Coverage brute_force(const std::vector<Answer>& answers, Rational p, CoverageRule rule) {
  const auto counts_at = [&](double threshold) {
    std::uint64_t m = 0, c = 0;
    for (const Answer& a : answers) {
      m += a.confidence >= threshold;
      c += a.confidence >= threshold && a.correct;
    }
    return std::pair{m, c};
  };
  const auto good = [&](double threshold) {
    const auto [m, c] = counts_at(threshold);
    return c * p.second >= p.first * m;
  };
  Coverage best;
  best.images = answers.size();
  best.threshold = std::numeric_limits<double>::infinity();
  for (const Answer& candidate : answers) {
    bool allowed = good(candidate.confidence);
    if (rule == CoverageRule::first_violation) {
      for (const Answer& higher : answers) {
        if (higher.confidence >= candidate.confidence) allowed = allowed && good(higher.confidence);
      }
    }
    const auto [m, c] = counts_at(candidate.confidence);
    if (allowed && m > best.answered) best = {m, c, answers.size(), candidate.confidence};
  }
  return best;
}

std::vector<Answer> random_answers(Rng& rng, std::size_t n, std::uint64_t levels) {
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < n; ++i) {
    const double confidence = static_cast<double>(rng.below(levels)) - 3;
    answers.push_back({confidence, rng.uniform() < 0.6 + 0.04 * confidence});
  }
  return answers;
}

/// `right` right and `wrong` wrong answers of one confidence.
std::vector<Answer> tied(std::size_t right, std::size_t wrong, double confidence = 0.5) {
  std::vector<Answer> answers(right, {confidence, true});
  answers.insert(answers.end(), wrong, {confidence, false});
  return answers;
}

void expect_equal(const Coverage& a, const Coverage& b) {
  EXPECT_EQ(a.answered, b.answered);
  EXPECT_EQ(a.right, b.right);
  EXPECT_EQ(a.images, b.images);
  EXPECT_EQ(a.threshold, b.threshold);
}

TEST(Coverage, EqualsTheBestOfAllThresholds) {
  Rng rng(1);
  const Rational targets[] = {{1, 2}, {3, 5}, {7, 10}, {3, 4}, {9, 10}, {1, 1}};
  for (int trial = 0; trial < 300; ++trial) {
    const auto answers = random_answers(rng, 1 + rng.below(25), 1 + rng.below(12));
    const RankedAnswers ranked(answers);
    for (const Rational& p : targets) {
      for (auto rule : {CoverageRule::largest, CoverageRule::first_violation}) {
        expect_equal(ranked.at(value(p), rule), brute_force(answers, p, rule));
      }
    }
  }
}

TEST(Coverage, CountsAreRepeatedImages) {
  Rng rng(2);
  for (int trial = 0; trial < 200; ++trial) {
    const auto answers = random_answers(rng, 1 + rng.below(15), 6);
    std::vector<std::uint32_t> counts;
    std::vector<Answer> repeated;
    for (const Answer& answer : answers) {
      counts.push_back(static_cast<std::uint32_t>(rng.below(4)));
      repeated.insert(repeated.end(), counts.back(), answer);
    }
    if (repeated.empty()) continue;
    for (auto rule : {CoverageRule::largest, CoverageRule::first_violation}) {
      expect_equal(RankedAnswers(answers).at(0.7, rule, counts), brute_force(repeated, {7, 10}, rule));
    }
  }
}

TEST(Coverage, ExactShareCountsAtEveryTargetOfThePaper) {
  const std::vector<std::pair<double, std::size_t>> targets = {
      {0.9, 10}, {0.95, 20}, {0.99, 100}, {0.999, 1000}};
  for (const auto& [p, images] : targets) {
    for (std::size_t times : {1u, 3u, 7u}) {
      const auto exact = tied(times * (images - 1), times);
      EXPECT_EQ(RankedAnswers(exact).at(p).coverage(), 1.0) << p << " times " << times;
      const auto one_less = tied(times * (images - 1) - 1, times);
      EXPECT_EQ(RankedAnswers(one_less).at(p).answered, 0u) << p << " times " << times;
    }
  }
}

TEST(Coverage, TiedAnswersAreTakenTogetherWhateverTheirOrder) {
  const std::vector<Answer> right_first = {{0.9, true}, {0.5, true}, {0.5, false}};
  const std::vector<Answer> wrong_first = {{0.9, true}, {0.5, false}, {0.5, true}};
  for (const auto& answers : {right_first, wrong_first}) {
    const Coverage c = RankedAnswers(answers).at(0.9);
    EXPECT_EQ(c.answered, 1u);
    EXPECT_EQ(c.threshold, 0.9);
    EXPECT_DOUBLE_EQ(c.coverage(), 1.0 / 3);
  }
}

TEST(Coverage, RulesDifferWherePrecisionRecovers) {
  const std::vector<Answer> answers = {{5, true}, {4, false}, {3, true}, {2, true}, {1, true}};
  const RankedAnswers ranked(answers);
  EXPECT_EQ(ranked.at(0.8).answered, 5u);
  EXPECT_EQ(ranked.at(0.8, CoverageRule::first_violation).answered, 1u);
}

TEST(Coverage, NothingPreciseEnoughIsZeroWithAnInfiniteThreshold) {
  const Coverage c = RankedAnswers(tied(0, 3)).at(0.9);
  EXPECT_EQ(c.coverage(), 0.0);
  EXPECT_EQ(c.threshold, std::numeric_limits<double>::infinity());
  EXPECT_EQ(c.images, 3u);
}

TEST(Coverage, MostConfidentWrongAnswerDoesNotEndTheSearch) {
  std::vector<Answer> answers = tied(99, 0, 0.5);
  answers.push_back({0.9, false});
  EXPECT_EQ(RankedAnswers(answers).at(0.99).coverage(), 1.0);
  EXPECT_EQ(RankedAnswers(answers).at(0.99, CoverageRule::first_violation).coverage(), 0.0);
}

TEST(Coverage, AnImageWithoutAnAnswerCountsAndIsNeverAnswered) {
  // Of 100 images 99 are answered, all rightly: whoever answered all 100 would still be precise enough.
  std::vector<Answer> answers(99, {.confidence = 0.5, .correct = true});
  answers.push_back({.confidence = Answer::unanswered, .correct = false});
  const Coverage c = RankedAnswers(answers).at(0.99);
  EXPECT_EQ(c.answered, 99u);
  EXPECT_EQ(c.images, 100u);
  EXPECT_EQ(c.threshold, 0.5);
  const std::vector<Answer> none(3, {.confidence = Answer::unanswered, .correct = false});
  EXPECT_EQ(RankedAnswers(none).at(0.99).coverage(), 0);
}

TEST(Coverage, BadInputIsNamed) {
  const std::vector<Answer> nan = {{0.5, true}, {std::nan(""), true}};
  EXPECT_EQ(error_text([&] { RankedAnswers{nan}; }),
            "[coverage] confidence of image 1 must be a number, got nan");
  EXPECT_EQ(error_text([] { RankedAnswers{std::vector<Answer>{}}; }),
            "[coverage] at least one image is needed, got none");
  const RankedAnswers ranked(tied(1, 1));
  for (double p : {0.0, -0.5, 1.1, 1.0 / 3, std::nan("")}) {
    EXPECT_NE(error_text([&] {
                ranked.at(p);
              }).find("[coverage] target must be above 0, at most 1, with at most 9"),
              std::string::npos)
        << p;
  }
  const std::vector<std::uint32_t> zero(2), three(3);
  EXPECT_EQ(error_text([&] { ranked.at(0.9, CoverageRule::largest, zero); }),
            "[coverage] at least one image must be counted, all 2 counts are 0");
  EXPECT_EQ(error_text([&] { ranked.at(0.9, CoverageRule::largest, three); }),
            "[coverage] counts must be one per image, got 3 for 2");
}

}  // namespace
}  // namespace dg
