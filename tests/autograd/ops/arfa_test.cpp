#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops.h"

namespace dg {
namespace {

TEST(Arfa, IsKxAboveZeroAndAFractionBelow) {
  const Tensor x = Tensor::from({4, 1}, std::vector<Real>{2, 0, -1, -1e6}), a = Tensor::full({1}, 3);
  const std::vector<Real> y = arfa(Var(x), Var(a), 2).value().to_vector();
  EXPECT_DOUBLE_EQ(y[0], 4);
  EXPECT_EQ(y[1], 0);
  EXPECT_DOUBLE_EQ(y[2], -0.5);
  EXPECT_NEAR(y[3], -2, 1e-5);
}

TEST(Arfa, HasTheMomentsOfAStandardNormalInput) {
  // Expected: mean 0.2064, variance 0.5489, k = 1.3497, by a fine quadrature of the normal
  // density.
  const std::int64_t n = 400'001;
  std::vector<Real> x(n), density(n);
  for (std::int64_t i = 0; i < n; ++i) {
    x[i] = -10 + 20.0 * static_cast<double>(i) / static_cast<double>(n - 1);
    density[i] = std::exp(-x[i] * x[i] / 2) / std::sqrt(2 * M_PI) * 20 / static_cast<double>(n - 1);
  }
  const std::vector<Real> y =
      arfa(Var(Tensor::from({n, 1}, x)), Var(Tensor::full({1}, 1)), 1).value().to_vector();
  double mean = 0, square = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    mean += density[i] * y[i];
    square += density[i] * y[i] * y[i];
  }
  const double variance = square - mean * mean;
  EXPECT_NEAR(mean, 0.2064, 5e-5);
  EXPECT_NEAR(variance, 0.5489, 5e-5);
  EXPECT_NEAR(1 / std::sqrt(variance), 1.3497, 5e-5);
}

}  // namespace
}  // namespace dg
