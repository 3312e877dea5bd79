#include <gtest/gtest.h>

#include <limits>

#include "autograd/ops.h"
#include "losses/labels.h"

namespace dg {
namespace {

constexpr Real infinity = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

SoftmaxCrossEntropy loss_of(const Shape& shape, const std::vector<Real>& logits, const Labels& labels) {
  return softmax_cross_entropy(Var(Tensor::from(shape, logits)), labels_of(labels));
}

TEST(SoftmaxCrossEntropy, IsTheMeanNegativeLogProbabilityOfTheTarget) {
  Rng rng(1);
  for (const std::int64_t classes : {1, 2, 3, 31, 32, 33, 100, 40000}) {
    const Tensor x = random_normal({5, classes}, rng);
    Labels labels;
    for (int row = 0; row < 5; ++row) {
      labels.push_back(static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(classes))));
    }
    const Matrix rows = matrix_of(x);
    double expected = 0;
    for (std::size_t row = 0; row < 5; ++row) {
      double sum = 0;
      for (const double v : rows[row]) sum += std::exp(v);
      expected -= std::log(std::exp(rows[row][static_cast<std::size_t>(labels[row])]) / sum) / 5;
    }
    EXPECT_NEAR(softmax_cross_entropy(Var(x), labels_of(labels)).loss.value().item(), expected, 1e-12)
        << classes << " classes";
  }
}

TEST(SoftmaxCrossEntropy, FindsTheHighestClassThatIsNotTheTarget) {
  Rng rng(2);
  for (const std::int64_t classes : {2, 3, 33, 64, 1000, 40000}) {
    const Tensor x = random_normal({4, classes}, rng);
    const Matrix rows = matrix_of(x);
    Labels labels;
    for (const std::vector<double>& row : rows) {  // the target is the winner in half of the rows
      const auto winner = static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin());
      labels.push_back(labels.size() % 2 == 0 ? winner : static_cast<std::int32_t>(classes - 1));
    }
    const SoftmaxCrossEntropy result = softmax_cross_entropy(Var(x), labels_of(labels));
    for (std::size_t row = 0; row < 4; ++row) {
      std::size_t best = labels[row] == 0 ? 1 : 0;
      for (std::size_t c = 0; c < rows[row].size(); ++c) {
        if (static_cast<std::int32_t>(c) != labels[row] && rows[row][c] > rows[row][best]) best = c;
      }
      EXPECT_EQ(result.hardest.class_id.to_vector()[row], static_cast<std::int32_t>(best));
      EXPECT_EQ(result.hardest.logit.to_vector()[row], rows[row][best]);
      EXPECT_EQ(result.hardest.tied.to_vector()[row], 0);
      EXPECT_EQ(result.target_logit.to_vector()[row], rows[row][static_cast<std::size_t>(labels[row])]);
    }
  }
}

TEST(SoftmaxCrossEntropy, SaysWhenTheHighestWrongClassesAreTied) {
  // a tie of two, a tie with the target only, a tie below the highest, all equal
  const SoftmaxCrossEntropy r =
      loss_of({4, 4}, {0, 3, 1, 3, 3, 3, 1, 2, 5, 2, 2, 1, 0, 0, 0, 0}, {0, 0, 3, 2});
  EXPECT_EQ(r.hardest.tied.to_vector(), (std::vector<std::uint8_t>{1, 0, 0, 1}));
  EXPECT_EQ(r.hardest.class_id.to_vector(), (Labels{1, 1, 0, 0}));
  EXPECT_EQ(r.hardest.logit.to_vector(), (std::vector<Real>{3, 3, 5, 0}));
}

TEST(SoftmaxCrossEntropy, TiesAreFoundWhereverTheyStandInALongRow) {
  for (const std::size_t second : {1u, 31u, 32u, 4095u, 32768u, 39999u}) {
    std::vector<Real> x(40000, -1);
    x[0] = x[second] = 2;
    const SoftmaxCrossEntropy r = loss_of({1, 40000}, x, {7});
    EXPECT_EQ(r.hardest.tied.to_vector()[0], 1) << second;
    EXPECT_EQ(r.hardest.class_id.to_vector()[0], 0) << second;
  }
}

TEST(SoftmaxCrossEntropy, ASingleClassHasNoHardestClass) {
  const SoftmaxCrossEntropy r = loss_of({1, 1}, {3}, {0});
  EXPECT_EQ(r.loss.value().item(), 0);
  EXPECT_EQ(r.hardest.class_id.to_vector()[0], -1);
  EXPECT_EQ(r.hardest.logit.to_vector()[0], -infinity);
  EXPECT_EQ(r.hardest.tied.to_vector()[0], 0);
}

TEST(SoftmaxCrossEntropy, KeepsItsDigitsWhenTheSoftmaxIsSaturated) {
  const Var x(Tensor::from({1, 3}, std::vector<Real>{60, 0, -1}), true);
  const SoftmaxCrossEntropy r = softmax_cross_entropy(x, labels_of({0}));
  const double miss = std::exp(-60.0) + std::exp(-61.0);  // 1 - p and -log p agree up to miss^2
  EXPECT_NEAR(r.loss.value().item() / miss, 1, 1e-12);
  backward(r.loss);
  const std::vector<Real> dx = x.grad().to_vector();
  EXPECT_NEAR(dx[0] / -miss, 1, 1e-12);
  EXPECT_NEAR(dx[1] / std::exp(-60.0), 1, 1e-12);
}

TEST(SoftmaxCrossEntropy, LargeLogitsDoNotOverflow) {
  EXPECT_NEAR(loss_of({1, 3}, {1e4, -1e4, 1e4}, {1}).loss.value().item(), 2e4 + std::log(2), 1e-9);
}

TEST(SoftmaxCrossEntropy, AClassAtMinusInfinityHasProbabilityZero) {
  const Var x(Tensor::from({1, 3}, std::vector<Real>{1, -infinity, 2}), true);
  const SoftmaxCrossEntropy r = softmax_cross_entropy(x, labels_of({0}));
  EXPECT_NEAR(r.loss.value().item(), std::log1p(std::exp(1)), 1e-12);
  EXPECT_EQ(r.hardest.class_id.to_vector()[0], 2);
  backward(r.loss);
  EXPECT_EQ(x.grad().to_vector()[1], 0);
}

TEST(SoftmaxCrossEntropy, OtherNonFiniteLogitsShowInTheLossAndInTheHardestLogit) {
  for (const auto& [logits, label] : std::vector<std::pair<std::vector<Real>, std::int32_t>>{
           {{0, nan, 1}, 0}, {{0, infinity, 1}, 0}, {{0, infinity, infinity}, 0}, {{nan, nan, nan}, 1}}) {
    const SoftmaxCrossEntropy r = loss_of({1, 3}, logits, {label});
    EXPECT_FALSE(std::isfinite(r.loss.value().item()));
    EXPECT_FALSE(std::isfinite(r.hardest.logit.to_vector()[0]));
  }
  for (const Real target : {nan, infinity, -infinity}) {
    EXPECT_FALSE(std::isfinite(loss_of({1, 3}, {target, 0, 1}, {0}).loss.value().item())) << target;
  }
}

TEST(SoftmaxCrossEntropy, BackwardOverwritesLogitsNobodyElseHolds) {
  Rng rng(3);
  Var x(random_normal({3, 4}, rng), true);
  const NodePtr leaf = x.node();
  const Real* buffer = x.value().data();
  backward(softmax_cross_entropy(std::move(x), labels_of({0, 1, 2})).loss);
  EXPECT_EQ(leaf->grad.data(), buffer);
}

TEST(SoftmaxCrossEntropy, BackwardLeavesLogitsAloneThatTheCallerKeeps) {
  Rng rng(3);
  const Var x(random_normal({3, 4}, rng), true);
  const std::vector<Real> before = x.value().to_vector();
  backward(softmax_cross_entropy(x, labels_of({0, 1, 2})).loss);
  EXPECT_EQ(x.value().to_vector(), before);
}

TEST(SoftmaxCrossEntropy, RefusesWrongLabels) {
  EXPECT_THROW(loss_of({1, 3}, {0, 0, 0}, {3}), Error);
  EXPECT_THROW(loss_of({1, 3}, {0, 0, 0}, {-1}), Error);
  EXPECT_THROW(loss_of({1, 3}, {0, 0, 0}, {0, 1}), Error);
}

}  // namespace
}  // namespace dg
