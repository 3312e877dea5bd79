// Nesterov SGD against numbers worked out by hand.
#include "optim/nesterov_sgd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "error_text.h"

namespace dg {
namespace {

Parameter number(const char* name, Real value) {
  Parameter p{.name = name, .shape = {1}};
  p.set(Tensor::full({1}, value));
  return p;
}

void give(Parameter& p, Real gradient) { backward(p.value, Tensor::full({1}, gradient)); }

Real value(const Parameter& p) { return p.value.value().item(); }

TEST(NesterovSgd, TwoStepsWithARateJumpByHand) {
  // mu = 0.5, gradients 2 then 4, rates 0.1 then 0.01, w = 1.
  // Rate outside: v = 2, w = 1 - 0.1 (2 + 1) = 0.7; v = 1 + 4 = 5, w = 0.7 - 0.01 (4 + 2.5) = 0.635.
  Parameter w = number("w", 1);
  NesterovSgd outside({&w}, {.momentum = 0.5, .decay = 0});
  give(w, 2);
  outside.step(0.1);
  EXPECT_NEAR(value(w), 0.7, 1e-12);
  give(w, 4);
  outside.step(0.01);
  EXPECT_NEAR(value(w), 0.635, 1e-12);
  // Rate inside: v = 0.2, w = 1 - (0.2 + 0.1) = 0.7; v = 0.1 + 0.04 = 0.14, w = 0.7 - (0.04 + 0.07) = 0.59.
  Parameter u = number("u", 1);
  NesterovSgd inside({&u}, {.momentum = 0.5, .decay = 0, .rate_inside = true});
  give(u, 2);
  inside.step(0.1);
  EXPECT_NEAR(value(u), 0.7, 1e-12);
  give(u, 4);
  inside.step(0.01);
  EXPECT_NEAR(value(u), 0.59, 1e-12);
}

TEST(NesterovSgd, DecaysOnlyWhatIsMarked) {
  Parameter weight = number("weight", 2), bias = number("bias", 2);
  weight.decay = true;
  NesterovSgd sgd({&weight, &bias}, {.momentum = 0, .decay = 0.1});
  give(weight, 0);
  give(bias, 0);
  sgd.step(0.5);
  EXPECT_NEAR(value(weight), 2 - 0.5 * 0.2, 1e-12);
  EXPECT_EQ(value(bias), 2);
}

TEST(NesterovSgd, ClampsToTheFloorAndUsesTheRateMultiplier) {
  Parameter a = number("a", 0.2), beta = number("beta", 1);
  a.floor = 0.1;
  beta.rate_multiplier = 0.1;
  NesterovSgd sgd({&a, &beta}, {.momentum = 0, .decay = 0});
  give(a, 5);
  give(beta, 5);
  sgd.step(0.1);
  EXPECT_EQ(value(a), 0.1);
  EXPECT_NEAR(value(beta), 0.95, 1e-12);
}

TEST(NesterovSgd, ClipsTheNormOverAllParameters) {
  Parameter a = number("a", 0), b = number("b", 0);
  NesterovSgd sgd({&a, &b}, {.momentum = 0, .decay = 0, .clip_norm = 1});
  give(a, 3);
  give(b, 4);
  sgd.step(1);
  EXPECT_NEAR(value(a), -0.6, 1e-12);
  EXPECT_NEAR(value(b), -0.8, 1e-12);
  EXPECT_NEAR(sgd.gradient_norm(), 5, 1e-12);
  give(a, 0.3);  // below the limit: untouched; b has no gradient: left alone
  sgd.step(1);
  EXPECT_NEAR(value(a), -0.9, 1e-12);
  EXPECT_NEAR(value(b), -0.8, 1e-12);
}

// A weight used twice, one that a constant is the only user of, and gradients that need the old weights: the
// gradient of one factor is the other.
struct Products {
  Parameter a = number("a", 2), b = number("b", 3), unused = number("unused", 7);
  Var loss() const { return sum(add(matmul(matrix(a), matrix(b)), matmul(matrix(a), matrix(a)))); }
  static Var matrix(const Parameter& p) { return reshape(p.value, {1, 1}); }
};

TEST(NesterovSgd, MinimiseIsBackwardAndStepBitForBit) {
  for (const double clip : {0.0, 1.0}) {
    Products apart, together;
    const NesterovSgdOptions options{.momentum = 0.5, .decay = 0.1, .clip_norm = clip};
    NesterovSgd steps({&apart.a, &apart.b, &apart.unused}, options),
        minimises({&together.a, &together.b, &together.unused}, options);
    for (int i = 0; i < 3; ++i) {
      backward(apart.loss());
      steps.step(0.1);
      minimises.minimise(together.loss(), 0.1);
      EXPECT_EQ(value(apart.a), value(together.a));
      EXPECT_EQ(value(apart.b), value(together.b));
      EXPECT_EQ(value(together.unused), 7);
      EXPECT_FALSE(together.a.value.grad().defined());
    }
    EXPECT_NE(value(together.a), 2);
  }
}

TEST(NesterovSgd, MinimiseChangesNothingOnceALossWasNotFinite) {
  Products p;
  NesterovSgd sgd({&p.a, &p.b}, {});
  sgd.minimise(scale(p.loss(), std::numeric_limits<Real>::infinity()), 0.1);
  sgd.minimise(p.loss(), 0.1);
  EXPECT_EQ(value(p.a), 2);
  EXPECT_EQ(value(p.b), 3);
}

TEST(NesterovSgd, ClearsTheGradientsAndSkipsConstants) {
  Parameter w = number("w", 1), k{.name = "k", .shape = {1}, .trainable = false};
  k.set(Tensor::full({1}, 3));
  NesterovSgd sgd({&w, &k}, {});
  EXPECT_EQ(sgd.parameters().size(), 1u);
  give(w, 1);
  sgd.step(0.1);
  EXPECT_FALSE(w.value.grad().defined());
}

constexpr Real infinite_gradient = std::numeric_limits<Real>::infinity();

TEST(NesterovSgd, AGradientThatIsNotFiniteChangesNothing) {
  for (const double clip : {0.0, 1.0}) {
    for (const Real bad : {infinite_gradient, std::numeric_limits<Real>::quiet_NaN()}) {
      Parameter a = number("a", 1), b = number("b", 2);
      NesterovSgd sgd({&a, &b}, {.momentum = 0.5, .decay = 0.1, .clip_norm = clip});
      give(a, 1);
      give(b, bad);
      sgd.step(0.1);
      EXPECT_TRUE(sgd.halted());
      EXPECT_FALSE(std::isfinite(sgd.gradient_norm()));
      give(a, 1);
      sgd.step(0.1);
      EXPECT_EQ(value(a), 1);
      EXPECT_EQ(value(b), 2);
      EXPECT_EQ(sgd.velocity(0).item(), 0);
      EXPECT_EQ(sgd.velocity(1).item(), 0);
    }
  }
}

// The gradient of a is that of b times 1e300 or more: infinite, while the loss is finite.
TEST(NesterovSgd, MinimiseLetsNothingInThatIsNotFinite) {
  for (const double clip : {0.0, 1.0}) {
    Parameter a = number("a", 0), b = number("b", 1);
    const Real large = std::numeric_limits<Real>::max();
    NesterovSgd sgd({&a, &b}, {.clip_norm = clip});
    sgd.minimise(sum(add(scale(scale(a.value, large), large), b.value)), 0.1);
    EXPECT_TRUE(sgd.halted());
    EXPECT_EQ(value(a), 0);
    EXPECT_EQ(sgd.velocity(0).item(), 0);
    EXPECT_TRUE(std::isfinite(value(b)));
    if (clip > 0) {
      EXPECT_EQ(value(b), 1) << "all gradients are seen before anything is changed";
    }
    EXPECT_EQ(sgd.updates_early(), clip == 0);
  }
}

TEST(NesterovSgd, ANumberWhoseUpdateWouldOverflowStaysAsItWas) {
  const Real large = std::numeric_limits<Real>::max();
  Parameter a = number("a", -large), b = number("b", 1);
  NesterovSgd sgd({&a, &b}, {.momentum = 0, .decay = 0});
  give(a, 1e150);  // its square is finite, and so is its norm; times a rate of 1e300 it is not
  give(b, 1);
  sgd.step(1e300);
  EXPECT_EQ(value(a), -large);
  EXPECT_EQ(sgd.velocity(0).item(), 0);
  EXPECT_EQ(value(b), 1 - 1e300);
  EXPECT_FALSE(sgd.halted());
}

TEST(NesterovSgd, TheNormIsMeasuredWithoutClippingToo) {
  Products p;
  NesterovSgd sgd({&p.unused, &p.a, &p.b}, {});
  sgd.minimise(p.loss(), 0.1);  // d/da = b + 2a = 7, d/db = a = 2
  EXPECT_NEAR(sgd.gradient_norm(), std::sqrt(53.0), 1e-12);
}

// Each place in the list of parameters is tried for the one without a gradient, and none at all, so that it
// does not matter in which order they are looked up.
TEST(NesterovSgd, WithoutClippingEveryParameterThatIsUsedIsUpdated) {
  for (const std::size_t unused : {0u, 1u, 2u, 3u}) {
    std::vector<Parameter> p;
    for (const char* name : {"a", "b", "c"}) p.push_back(number(name, 2));
    NesterovSgd sgd({&p[0], &p[1], &p[2]}, {.momentum = 0, .decay = 0});
    std::vector<Var> used;
    for (std::size_t i = 0; i < 3; ++i) {
      if (i != unused) used.push_back(scale(p[i].value, static_cast<Real>(i + 1)));
    }
    Var total = used[0];
    for (std::size_t i = 1; i < used.size(); ++i) total = add(total, used[i]);
    sgd.minimise(sum(total), 0.1);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(value(p[i]), i == unused ? 2 : 2 - 0.1 * static_cast<double>(i + 1), 1e-12)
          << "parameter " << i << ", without a gradient: " << unused;
    }
  }
}

TEST(NesterovSgd, WithoutClippingALeafOfNobodyIsLeftAlone) {
  Parameter mine = number("mine", 2), foreign = number("foreign", 5);
  NesterovSgd sgd({&mine}, {.momentum = 0, .decay = 0});
  sgd.minimise(sum(add(scale(mine.value, 3), scale(foreign.value, 7))), 0.1);
  EXPECT_NEAR(value(mine), 1.7, 1e-12);
  EXPECT_EQ(value(foreign), 5);
  EXPECT_NEAR(sgd.gradient_norm(), 3, 1e-12) << "of its own parameters alone";
}

TEST(NesterovSgd, NothingToTrainIsRefused) {
  EXPECT_EQ(error_text([] { NesterovSgd({}, {}); }),
            "[nesterov_sgd] there is nothing to train among 0 parameters");
  Parameter fixed{.name = "fixed", .shape = {1}, .trainable = false};
  fixed.set(Tensor::full({1}, 3));
  EXPECT_EQ(error_text([&] { NesterovSgd({&fixed}, {}); }),
            "[nesterov_sgd] there is nothing to train among 1 parameters");
}

TEST(NesterovSgd, MinimiseNeedsALossOfOneNumber) {
  Parameter w{.name = "w", .shape = {2}};
  w.set(Tensor::full({2}, 1));
  NesterovSgd sgd({&w}, {});
  EXPECT_TRUE(contains(error_text([&] { sgd.minimise(scale(w.value, 2), 0.1); }),
                       "[nesterov_sgd] the loss must be one number on cpu, got [2] on cpu"));
  EXPECT_EQ(w.value.value().to_vector(), (std::vector<Real>{1, 1}));
}

}  // namespace
}  // namespace dg
