#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "error_text.h"

namespace dg {
namespace {

TEST(Maxout, PairsFirstAndSecondHalfAndTheFirstWinsATie) {
  const Var x(Tensor::from({1, 4}, std::vector<Real>{1, 7, 2, 7}), true);
  const Var y = maxout(x);
  EXPECT_EQ(y.value().to_vector(), (std::vector<Real>{2, 7}));
  backward(sum(y));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<Real>{0, 1, 1, 0}));
}

TEST(Maxout, ANotANumberOnEitherSideIsPassedOn) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  const Var y = maxout(Var(Tensor::from({1, 4}, std::vector<Real>{nan, 7, 2, nan})));
  for (const Real v : y.value().to_vector()) EXPECT_TRUE(std::isnan(v));
}

TEST(Maxout, NeedsRowsOfAnEvenWidth) {
  for (const Shape& shape : {Shape{2, 3}, Shape{4}, Shape{2, 2, 2}, Shape{}}) {
    EXPECT_EQ(error_text([&] { maxout(Var(Tensor::zeros(shape))); }),
              "[maxout] x must be [rows, 2 d], got " + shape.str());
  }
}

}  // namespace
}  // namespace dg
