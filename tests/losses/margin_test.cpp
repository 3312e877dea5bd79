#include "losses/margin.h"

#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "error_text.h"
#include "losses/labels.h"

namespace dg {
namespace {

const Labels margin_labels{0, 0, 0, 1, 1, 2};
constexpr std::int64_t n = 6;

Tensor number(Real value) { return Tensor::full({1}, value); }

Tensor random_similarity(Rng& rng) { return pairwise_similarity(Var(unit_rows(n, 3, rng))).value(); }

DrawnPairs pairs_of(const Labels& positive, const Labels& negative) {
  return {labels_of(positive), labels_of(negative)};
}

// Eqs. 3 and 4.
double violation(const Matrix& s, std::size_t i, std::size_t j, double beta, double alpha) {
  return margin_labels[i] == margin_labels[j] ? std::max(0.0, beta + alpha - s[i][j])
                                              : std::max(0.0, s[i][j] - (beta - alpha));
}

TEST(SelectPairs, DrawsInProportionToTheViolation) {
  Rng rng(1);
  const Tensor similarity = random_similarity(rng);
  const Matrix s = matrix_of(similarity);
  const double beta = 0.2, alpha = 0.3;
  const int draws = 20000;
  std::vector<std::vector<int>> drawn(n, std::vector<int>(n));
  std::vector<int> no_positive(n), no_negative(n);
  Rng generator(7);
  for (int t = 0; t < draws; ++t) {
    const DrawnPairs pairs =
        select_pairs(similarity, labels_of(margin_labels), number(beta), alpha, generator);
    const Labels positive = pairs.positive.to_vector(), negative = pairs.negative.to_vector();
    for (std::size_t i = 0; i < n; ++i) {
      positive[i] < 0 ? ++no_positive[i] : ++drawn[i][static_cast<std::size_t>(positive[i])];
      negative[i] < 0 ? ++no_negative[i] : ++drawn[i][static_cast<std::size_t>(negative[i])];
    }
  }
  int fractions = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (const bool positive : {true, false}) {
      double total = 0;
      for (std::size_t j = 0; j < n; ++j) {
        if (j != i && (margin_labels[i] == margin_labels[j]) == positive)
          total += violation(s, i, j, beta, alpha);
      }
      EXPECT_EQ((positive ? no_positive : no_negative)[i], total > 0 ? 0 : draws) << "photo " << i;
      for (std::size_t j = 0; j < n; ++j) {
        if (j == i || (margin_labels[i] == margin_labels[j]) != positive) continue;
        const double p = total > 0 ? violation(s, i, j, beta, alpha) / total : 0;  // eq. 5
        EXPECT_NEAR(drawn[i][j], draws * p, 4.5 * std::sqrt(draws * p * (1 - p))) << i << " " << j;
        fractions += p > 0 && p < 1;
      }
    }
    EXPECT_EQ(drawn[i][i], 0);
  }
  EXPECT_GT(fractions, 10);  // the example is not a trivial one
}

TEST(SelectPairs, IsAFunctionOfTheGeneratorsStateAndThePhoto) {
  Rng rng(2);
  const Tensor similarity = random_similarity(rng);
  Rng first(5), second(5);
  const DrawnPairs a = select_pairs(similarity, labels_of(margin_labels), number(0.5), 0.5, first),
                   b = select_pairs(similarity, labels_of(margin_labels), number(0.5), 0.5, second);
  EXPECT_EQ(a.positive.to_vector(), b.positive.to_vector());
  EXPECT_EQ(a.negative.to_vector(), b.negative.to_vector());
  EXPECT_EQ(first.state(), second.state());
  EXPECT_EQ(first.state().position, 2u * n);
}

TEST(SelectPairs, NothingIsDrawnWhereNothingViolates) {
  Rng rng(3);
  std::vector<Real> s;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      s.push_back(margin_labels[i] == margin_labels[j] ? Real(0.9) : Real(0.1));
  }
  const DrawnPairs none =
      select_pairs(Tensor::from({n, n}, s), labels_of(margin_labels), number(0.5), 0.1, rng);
  EXPECT_EQ(none.positive.to_vector(), Labels(n, -1));
  EXPECT_EQ(none.negative.to_vector(), Labels(n, -1));
}

TEST(SelectPairs, OnePhotoOrNoneHasNoPairs) {
  Rng rng(4);
  EXPECT_EQ(select_pairs(number(1).reshape({1, 1}), labels_of({3}), number(2), 1, rng).positive.to_vector(),
            Labels{-1});
  EXPECT_EQ(select_pairs(Tensor({0, 0}), labels_of({}), number(2), 1, rng).positive.size(), 0);
}

TEST(PairStatistics, AgreeWithLoopsOverPairs) {
  Rng rng(5);
  const Tensor similarity = random_similarity(rng);
  const Matrix s = matrix_of(similarity);
  PairStatistics expected;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      PairStatistics::Kind& kind =
          margin_labels[i] == margin_labels[j] ? expected.positive : expected.negative;
      ++kind.pairs;
      kind.mean_cosine += s[i][j];
      kind.violating += violation(s, i, j, 0.3, 0.1) > 0;
    }
  }
  const PairStatistics got =
      read_pair_statistics(pair_sums(similarity, labels_of(margin_labels), number(Real(0.3)), Real(0.1)));
  for (const auto& [e, g] : {std::pair{expected.positive, got.positive}, {expected.negative, got.negative}}) {
    EXPECT_EQ(g.pairs, e.pairs);
    EXPECT_NEAR(g.mean_cosine, e.mean_cosine / static_cast<double>(e.pairs), 1e-12);
    EXPECT_NEAR(g.violating, e.violating / static_cast<double>(e.pairs), 1e-12);
  }
  EXPECT_EQ(got.positive.pairs, 4);
  EXPECT_EQ(got.negative.pairs, 11);
}

TEST(PairStatistics, OfNoPairsAreZeroAndNotNaN) {
  const PairStatistics got =
      read_pair_statistics(pair_sums(number(1).reshape({1, 1}), labels_of({3}), number(0), 1));
  EXPECT_EQ(got.positive.pairs + got.negative.pairs, 0);
  EXPECT_EQ(got.positive.mean_cosine, 0);
  EXPECT_EQ(got.negative.violating, 0);
}

TEST(MarginLoss, IsTheMeanOfEquationTwoOverTheDrawnPairs) {
  Rng rng(6);
  const Tensor similarity = random_similarity(rng);
  const Matrix s = matrix_of(similarity);
  const Labels positive{1, 0, -1, 4, -1, -1}, negative{5, -1, 3, 0, 2, 0};
  const double alpha = 0.25, beta = 0.4;
  double sum = 0;
  int pairs = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (const std::int32_t j : {positive[i], negative[i]}) {
      if (j < 0) continue;
      const double y = margin_labels[i] == margin_labels[static_cast<std::size_t>(j)] ? 1 : -1;
      sum += std::max(0.0, alpha - y * (s[i][static_cast<std::size_t>(j)] - beta));
      ++pairs;
    }
  }
  ASSERT_EQ(pairs, 8);
  EXPECT_NEAR(
      margin_loss(Var(similarity), Var(number(beta)), pairs_of(positive, negative), alpha).value().item(),
      sum / pairs, 1e-12);
}

TEST(MarginLoss, APairDrawnByBothItsPhotosCountsTwice) {
  const Var s(Tensor::from({2, 2}, std::vector<Real>{1, Real(0.2), Real(0.2), 1}), true),
      beta(number(0.5), true);
  const Var loss = margin_loss(s, beta, pairs_of({1, 0}, {-1, -1}), Real(0.1));
  EXPECT_NEAR(loss.value().item(), 0.4, 1e-12);
  backward(loss);
  EXPECT_EQ(s.grad().to_vector(), (std::vector<Real>{0, -0.5, -0.5, 0}));
  EXPECT_EQ(beta.grad().item(), 1);
}

TEST(MarginLoss, NoPairAtAllGivesZeroLossAndZeroGradients) {
  for (const std::int64_t size : {0, 1, 3}) {
    const Labels none(static_cast<std::size_t>(size), -1);
    const Var s(Tensor::full({size, size}, 1), true), beta(number(0.5), true);
    const Var loss = margin_loss(s, beta, pairs_of(none, none), Real(0.1));
    EXPECT_EQ(loss.value().item(), 0);
    backward(loss);
    EXPECT_TRUE(all_zero(s.grad()));
    EXPECT_EQ(beta.grad().item(), 0);
  }
}

TEST(MarginLoss, BetaStartsAtTheNamedBoundaryWithItsOwnRate) {
  MarginLoss loss({.boundary = 0.6, .boundary_rate = 3});
  loss.initialise();
  const Parameter& beta = *loss.parameters()[0];
  EXPECT_EQ(beta.name, "margin.beta");
  EXPECT_EQ(beta.value.value().item(), Real(0.6));
  EXPECT_EQ(beta.rate_multiplier, 3);
  EXPECT_FALSE(beta.decay);
}

TEST(MarginLoss, SimilarityAndDrawnPairsMustFitTogether) {
  const auto text = [](const Shape& shape, const Labels& positive, const Labels& negative) {
    return error_text([&] {
      margin_loss(Var(Tensor::zeros(shape)), Var(number(0.5)), pairs_of(positive, negative), Real(0.1));
    });
  };
  EXPECT_EQ(text({2, 3}, {1, 0}, {-1, -1}),
            "[margin] similarity must be [2, 2] for 2 and 2 drawn partners, got [2, 3]");
  EXPECT_EQ(text({3, 3}, {1, 0}, {-1, -1}),
            "[margin] similarity must be [2, 2] for 2 and 2 drawn partners, got [3, 3]");
  EXPECT_EQ(text({2, 2}, {1, 0}, {-1}),
            "[margin] similarity must be [2, 2] for 2 and 1 drawn partners, got [2, 2]");
  EXPECT_EQ(text({2, 2}, {1, 0}, {-1, -1}), "no error");
}

TEST(MarginLoss, BeforeInitialiseIsRefused) {
  const MarginLoss loss;
  Rng rng(7);
  const Tensor similarity = random_similarity(rng);
  const Labels none(n, -1);
  const std::string expected = "[margin] initialise must come first";
  EXPECT_EQ(error_text([&] { loss(Var(similarity), pairs_of(none, none)); }), expected);
  EXPECT_EQ(error_text([&] { loss.draw(similarity, labels_of(margin_labels), rng); }), expected);
  EXPECT_EQ(error_text([&] { loss.pair_statistics(similarity, labels_of(margin_labels)); }), expected);
}

}  // namespace
}  // namespace dg
