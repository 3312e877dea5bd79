#include <gtest/gtest.h>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"

namespace dg {
namespace {

TEST(Scale, WorksInPlaceWhenTheScaleIsNotTrained) {
  Rng rng(2);
  Var x(random_normal({4}, rng));
  const Real* buffer = x.value().data();
  x = scale(std::move(x), Var(Tensor::full({1}, 3)));
  EXPECT_EQ(x.value().data(), buffer);
  x = scale(std::move(x), Real(2));
  EXPECT_EQ(x.value().data(), buffer);
}

TEST(Scale, KeepsItsInputForTheGradientOfATrainedScale) {
  Var x(Tensor::from({2}, std::vector<Real>{3, 4}));
  const Real* buffer = x.value().data();
  const Var s(Tensor::full({1}, 2), true), y = scale(std::move(x), s);
  EXPECT_NE(y.value().data(), buffer);
  backward(sum(y));
  EXPECT_EQ(s.grad().item(), 7);
  EXPECT_EQ(s.grad().shape(), Shape{1});
}

}  // namespace
}  // namespace dg
