#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "autograd/ops.h"

namespace dg {
namespace {

TEST(MaxPool, TakesTheLargestAndDropsIncompletePatches) {
  const Tensor x = Tensor::from({1, 3, 3, 1}, std::vector<Real>{1, 5, 9, 2, 4, 9, 9, 9, 9});
  const Var y = max_pool(Var(x));
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(y.value().item(), 5);
}

TEST(MaxPool, TheFirstWinsATie) {
  const Var x(Tensor::from({1, 2, 2, 1}, std::vector<Real>{3, 3, 3, 3}), true);
  backward(sum(max_pool(x)));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<Real>{1, 0, 0, 0}));
}

TEST(MaxPool, ANotANumberAnywhereInThePatchIsPassedOn) {
  for (std::size_t at = 0; at < 4; ++at) {
    std::vector<Real> patch{1, 2, 3, 4};
    patch[at] = std::numeric_limits<Real>::quiet_NaN();
    EXPECT_TRUE(std::isnan(max_pool(Var(Tensor::from({1, 2, 2, 1}, patch))).value().item())) << at;
  }
}

}  // namespace
}  // namespace dg
