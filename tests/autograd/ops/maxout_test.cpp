#include <gtest/gtest.h>

#include "autograd/ops.h"

namespace dg {
namespace {

TEST(Maxout, PairsFirstAndSecondHalfAndTheFirstWinsATie) {
  const Var x(Tensor::from({1, 4}, std::vector<Real>{1, 7, 2, 7}), true);
  const Var y = maxout(x);
  EXPECT_EQ(y.value().to_vector(), (std::vector<Real>{2, 7}));
  backward(sum(y));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<Real>{0, 1, 1, 0}));
}

}  // namespace
}  // namespace dg
