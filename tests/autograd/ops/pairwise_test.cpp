#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "losses/labels.h"

namespace dg {
namespace {

TEST(Pairwise, AgreesWithLoopsOverPairs) {
  Rng rng(1);
  const Tensor e = random_normal({6, 40}, rng);
  const Matrix rows = matrix_of(e), s = matrix_of(pairwise_similarity(Var(e)).value()),
               d = matrix_of(pairwise_distance(Var(e)).value());
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      EXPECT_NEAR(s[i][j], inner_product(rows[i], rows[j]), 1e-12);
      EXPECT_NEAR(d[i][j], euclidean(rows[i], rows[j]), 1e-12);
      EXPECT_EQ(d[i][j], d[j][i]);
    }
    EXPECT_EQ(d[i][i], 0);
  }
}

TEST(Pairwise, DistanceOfNearlyEqualRowsKeepsItsDigits) {
  const Real step = 1e-12;
  const Tensor e = Tensor::from({2, 2}, std::vector<Real>{1, 0.5, 1 + step, 0.5});
  const double exact = (1 + step) - 1;
  EXPECT_EQ(pairwise_distance(Var(e)).value().to_vector()[1], exact);
}

TEST(Pairwise, EqualRowsHaveDistanceZeroAndPassNoGradient) {
  const Var e(Tensor::from({3, 2}, std::vector<Real>{1, 2, 1, 2, 4, 6}), true);
  const Var d = pairwise_distance(e);
  EXPECT_EQ(d.value().to_vector(), (std::vector<Real>{0, 0, 5, 0, 0, 5, 5, 5, 0}));
  backward(sum(d));
  // row 2 pulls on both others along (3, 4) / 5, twice each: from D_ij and from D_ji
  const std::vector<Real> expected{-1.2, -1.6, -1.2, -1.6, 2.4, 3.2}, grad = e.grad().to_vector();
  for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(grad[k], expected[k], 1e-12);
}

TEST(Pairwise, OneRowHasOneDistanceAndNoGradient) {
  const Var e(Tensor::from({1, 2}, std::vector<Real>{3, 4}), true);
  EXPECT_EQ(pairwise_similarity(e).value().item(), 25);
  const Var d = pairwise_distance(e);
  EXPECT_EQ(d.value().item(), 0);
  backward(sum(d));
  EXPECT_TRUE(all_zero(e.grad()));
}

}  // namespace
}  // namespace dg
