#include "losses/lifted_structured.h"

#include <gtest/gtest.h>

#include <limits>

#include "error_text.h"
#include "losses/labels.h"

namespace dg {
namespace {

// Row 13 of the plan, as its sentences say: for every positive pair, all negatives of both its photos.
double by_loops(const Matrix& d, const Labels& labels, double margin) {
  double sum = 0;
  int pairs = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = i + 1; j < labels.size(); ++j) {
      if (labels[i] != labels[j]) continue;
      double negatives = 0;
      for (std::size_t k = 0; k < labels.size(); ++k) {
        if (labels[k] != labels[i]) negatives += std::exp(margin - d[i][k]);
      }
      for (std::size_t l = 0; l < labels.size(); ++l) {
        if (labels[l] != labels[j]) negatives += std::exp(margin - d[j][l]);
      }
      const double hinge = std::max(0.0, std::log(negatives) + d[i][j]);
      sum += hinge * hinge;
      ++pairs;
    }
  }
  return pairs == 0 ? 0 : sum / pairs / 2;
}

const Labels lifted_labels{0, 1, 0, 2, 1, 0, 2, 3};

TEST(LiftedStructured, AgreesWithLoopsOverPairsAndNegatives) {
  Rng rng(1);
  const Tensor e = unit_rows(8, 5, rng);
  LiftedStructured loss;
  loss.initialise();
  Matrix rows = matrix_of(e), d(8, std::vector<double>(8));
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) d[i][j] = 12 * euclidean(rows[i], rows[j]);
  }
  const double expected = by_loops(d, lifted_labels, 1);
  ASSERT_GT(expected, 1);
  EXPECT_NEAR(loss(Var(e), labels_of(lifted_labels)).value().item(), expected, 1e-11);
}

TEST(LiftedStructured, MayUseTheScaledCosineInsteadOfTheDistance) {
  Rng rng(2);
  const Tensor e = unit_rows(8, 5, rng);
  LiftedStructured loss({.margin = 0.5, .measure = LiftedMeasure::cosine, .scale = 3});
  loss.initialise();
  Matrix rows = matrix_of(e), d(8, std::vector<double>(8)), shifted = d;
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) {
      d[i][j] = -3 * inner_product(rows[i], rows[j]);
      shifted[i][j] = 3 + d[i][j];
    }
  }
  EXPECT_NEAR(loss(Var(e), labels_of(lifted_labels)).value().item(), by_loops(d, lifted_labels, 0.5), 1e-12);
  EXPECT_NEAR(loss(Var(e), labels_of(lifted_labels)).value().item(), by_loops(shifted, lifted_labels, 0.5),
              1e-12);
}

TEST(LiftedStructured, PairsBeyondTheHingeAddNothingButStillCount) {
  // two tight classes far apart, and one pair of a third class that is as far from itself as from the others
  const Matrix d{{0, 1, 50, 50}, {1, 0, 50, 50}, {50, 50, 0, 50}, {50, 50, 50, 0}};
  std::vector<Real> flat;
  for (const std::vector<double>& row : d) flat.insert(flat.end(), row.begin(), row.end());
  const Labels two{0, 0, 1, 1};
  const double hinge = std::log(4) + 1;  // 4 negatives at the pair's own distance
  EXPECT_NEAR(lifted_structured_loss(Var(Tensor::from({4, 4}, flat)), labels_of(two), 1).value().item(),
              hinge * hinge / 4, 1e-12);
  EXPECT_NEAR(by_loops(d, two, 1), hinge * hinge / 4, 1e-12);
}

TEST(LiftedStructured, LargeScalesDoNotUnderflow) {
  LiftedStructured loss({.scale = 1000});
  loss.initialise();
  // the positive pair lies opposite, 2 apart; the negative is sqrt 2 from both: exp(1 - 1414) is 0 in double
  const Var e(Tensor::from({3, 2}, std::vector<Real>{1, 0, -1, 0, 0, 1}), true);
  const Var value = loss(e, labels_of({0, 0, 1}));
  const double hinge = 1 - 1000 * std::sqrt(2) + std::log(2) + 2000;
  EXPECT_NEAR(value.value().item() / (hinge * hinge / 2), 1, 1e-12);
  backward(value);
  // along the x axis: the pair's distance shrinks, the distance to the negative shares its pull equally
  EXPECT_NEAR(e.grad().to_vector()[0], hinge * 1000 * (1 - std::sqrt(0.5) / 2), 1e-7);
}

TEST(LiftedStructured, NoPositivePairOrNoNegativeGivesZeroLossAndZeroGradients) {
  Rng rng(3);
  for (const Labels& all : {Labels{0, 1, 2}, Labels{4, 4, 4}, Labels{0}, Labels{}}) {
    const auto n = static_cast<std::int64_t>(all.size());
    const Var e(unit_rows(n, 4, rng), true);
    LiftedStructured loss;
    loss.initialise();
    const Var value = loss(e, labels_of(all));
    EXPECT_EQ(value.value().item(), 0);
    backward(value);
    EXPECT_TRUE(all_zero(e.grad()));
    EXPECT_TRUE(all_zero(loss.parameters()[0]->value.grad()));
  }
}

TEST(LiftedStructured, RepeatedPhotosAreHarmless) {
  const Var e(Tensor::from({4, 2}, std::vector<Real>{1, 0, 1, 0, 1, 0, 0, 1}), true);
  LiftedStructured loss;
  loss.initialise();
  const Var value = loss(e, labels_of({0, 0, 1, 1}));  // photo 2 repeats photo 0 under another name
  EXPECT_TRUE(std::isfinite(value.value().item()));
  backward(value);
  for (const Real v : e.grad().to_vector()) EXPECT_TRUE(std::isfinite(v));
}

TEST(LiftedStructured, ScaleStartsAtTwelveWithAFloor) {
  LiftedStructured loss;
  loss.initialise();
  const Parameter& alpha = *loss.parameters()[0];
  EXPECT_EQ(alpha.name, "lifted.alpha");
  EXPECT_EQ(alpha.value.value().item(), 12);
  EXPECT_EQ(alpha.floor, 1);
  EXPECT_FALSE(alpha.decay);
}

TEST(LiftedStructured, ANegativeInfinitelyFarAwayGivesNoNaN) {
  // Photos 0 and 1 make the pair. Photo 2 is a negative at distance 2 of both. Photo 3 is infinitely far from
  // everybody, as an overflowed distance is, so that the sum over its own negatives is that of nothing.
  const Real far = std::numeric_limits<Real>::infinity();
  const Var d(
      Tensor::from({4, 4}, std::vector<Real>{0, 1, 2, far, 1, 0, 2, far, 2, 2, 0, far, far, far, far, 0}),
      true);
  const Var loss = lifted_structured_loss(d, labels_of({0, 0, 1, 2}), 1);
  const double hinge = std::log(2) - 1 + 1;  // two negatives of exp(1 - 2) each, and the pair's distance 1
  EXPECT_NEAR(loss.value().item(), hinge * hinge / 2, 1e-12);
  backward(loss);
  const std::vector<Real> g = d.grad().to_vector();
  for (std::size_t i = 0; i < g.size(); ++i) EXPECT_TRUE(std::isfinite(g[i])) << i;
  EXPECT_NEAR(g[1], hinge, 1e-12);
  EXPECT_NEAR(g[2], -hinge / 2, 1e-12);
  EXPECT_NEAR(g[6], -hinge / 2, 1e-12);
  EXPECT_EQ(g[3], 0);
}

TEST(LiftedStructured, NegativesArePushedAlsoWhereTheHingeIsExactlyOne) {
  // One pair at distance x with one negative each at distance 1 = the margin: J = log 2 + x. With
  // x = 2 - log 2 the hinge is 2, and each photo's share of it is exp(0 - log 2) 2 = 1.
  const Real x = static_cast<Real>(2 - std::log(2));
  const Var d(Tensor::from({3, 3}, std::vector<Real>{0, x, 1, x, 0, 1, 1, 1, 0}), true);
  backward(lifted_structured_loss(d, labels_of({0, 0, 1}), 1));
  const std::vector<Real> g = d.grad().to_vector();
  EXPECT_NEAR(g[1], 2, 1e-12);
  EXPECT_NEAR(g[2], -1, 1e-12);
  EXPECT_NEAR(g[5], -1, 1e-12);
}

TEST(LiftedStructured, BeforeInitialiseIsRefused) {
  Rng rng(4);
  const LiftedStructured loss;
  EXPECT_EQ(error_text([&] {
              loss(Var(unit_rows(2, 2, rng)), labels_of({0, 0}));
            }),
            "[lifted_structured] initialise must come first");
}

}  // namespace
}  // namespace dg
