#include <gtest/gtest.h>

#include "autograd/ops.h"

namespace dg {
namespace {

TEST(L2Normalize, AZeroRowStaysZeroAndPassesNoGradient) {
  const Var x(Tensor::from({2, 2}, std::vector<Real>{3, 4, 0, 0}), true);
  const Var y = l2_normalize(x);
  const std::vector<Real> v = y.value().to_vector();
  EXPECT_DOUBLE_EQ(v[0], 0.6);
  EXPECT_DOUBLE_EQ(v[1], 0.8);
  EXPECT_EQ(v[2], 0);
  backward(sum(y));
  EXPECT_EQ(x.grad().to_vector()[2], 0);
}

}  // namespace
}  // namespace dg
