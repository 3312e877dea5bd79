// When operations may overwrite their operands, and when they must not.
#include <gtest/gtest.h>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"

namespace dg {
namespace {

const Tensor ones = Tensor::full({3}, 1);

TEST(InPlace, ArfaReusesAMovedOperandWithOneOwner) {
  Rng rng(1);
  Var x(random_normal({2, 3}, rng));
  const Real* buffer = x.value().data();
  const Var y = arfa(std::move(x), Var(ones), 1);
  EXPECT_EQ(y.value().data(), buffer);
}

TEST(InPlace, ArfaLeavesAnOperandAloneThatTheCallerKeeps) {
  Rng rng(1);
  const Var x(random_normal({2, 3}, rng));
  const std::vector<Real> before = x.value().to_vector();
  const Var y = arfa(x, Var(ones), 1);
  EXPECT_NE(y.value().data(), x.value().data());
  EXPECT_EQ(x.value().to_vector(), before);
}

TEST(InPlace, AReshapedHandleCountsAsAnOwner) {
  Rng rng(1);
  Var x(random_normal({2, 3}, rng));
  const Tensor other = x.value().reshape({6});
  const std::vector<Real> before = other.to_vector();
  const Var y = arfa(std::move(x), Var(ones), 1);
  EXPECT_NE(y.value().data(), other.data());
  EXPECT_EQ(other.to_vector(), before);
}

TEST(InPlace, ATensorKeptForBackwardIsAnOwner) {
  Rng rng(1);
  Var y = arfa(Var(random_normal({2, 3}, rng), true), Var(ones), 1);  // keeps y for its backward
  const Real* buffer = y.value().data();
  const Var z = arfa(std::move(y), Var(ones), 1);
  EXPECT_NE(z.value().data(), buffer);
}

TEST(InPlace, BackwardReusesTheUpstreamGradientButNotASharedOne) {
  Rng rng(1);
  const Var x(random_normal({2, 3}, rng), true);
  const Tensor upstream = random_normal({2, 3}, rng);
  const std::vector<Real> before = upstream.to_vector();
  backward(arfa(x, Var(ones), 1), upstream);
  EXPECT_EQ(upstream.to_vector(), before);
  EXPECT_NE(x.grad().data(), upstream.data());
}

}  // namespace
}  // namespace dg
