// The checker itself: it must reject five deliberately wrong backward formulas, and a few other
// misbehaviours.
#include "autograd/gradcheck.h"

#include <gtest/gtest.h>

#include "tensor/parallel.h"

namespace dg {
namespace {

struct Square {
  Real* y;
  const Real* x;
  DG_FN void operator()(std::int64_t i) const { y[i] = x[i] * x[i]; }
};

struct SquareBackward {
  Real* dx;
  const Real *x, *g;
  Real factor;
  DG_FN void operator()(std::int64_t i) const { dx[i] = factor * x[i] * g[i]; }
};

// y = x^2 with dx = factor x g; the right factor is 2.
Var square(const Var& x, Real factor) {
  Tensor y(x.shape());
  for_each(x.device(), y.size(), Square{y.data(), x.value().data()});
  return Var::result(y, {x.node()}, [xv = x.value(), factor](Tensor g, const Needed&) {
    Tensor dx(xv.shape());
    for_each(xv.device(), dx.size(), SquareBackward{dx.data(), xv.data(), g.data(), factor});
    return Gradients{dx};
  });
}

// A square matrix as it is; the "backward" transposes the gradient.
Var identity_with_transposed_gradient(const Var& x) {
  return Var::result(x.value().clone(), {x.node()}, [n = x.shape()[0]](Tensor g, const Needed&) {
    std::vector<Real> values = g.to_vector(), transposed(values.size());
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) transposed[i * n + j] = values[j * n + i];
    }
    return Gradients{Tensor::from(g.shape(), transposed)};
  });
}

// y = x + x, of which the "backward" knows only one use.
Var twice_with_a_lost_use(const Var& x) {
  std::vector<Real> values = x.value().to_vector();
  for (Real& v : values) v *= 2;
  return Var::result(Tensor::from(x.shape(), values), {x.node()},
                     [](Tensor g, const Needed&) { return Gradients{g}; });
}

// y = x with the sign of a single coordinate's gradient wrong.
Var identity_with_one_wrong_sign(const Var& x) {
  return Var::result(x.value().clone(), {x.node()}, [](Tensor g, const Needed&) {
    std::vector<Real> values = g.to_vector();
    values[3] = -values[3];
    return Gradients{Tensor::from(g.shape(), values)};
  });
}

GradcheckReport check(const std::function<Var(const Var&)>& f) {
  Rng rng(7);
  return gradcheck([&](const std::vector<Var>& in) { return f(in[0]); },
                   {{"x", random_away_from_zero({3, 3}, rng)}});
}

TEST(Gradcheck, AcceptsTheRightFormula) {
  const GradcheckReport report = check([](const Var& x) { return square(x, 2); });
  EXPECT_TRUE(report.ok()) << report.text();
  ASSERT_EQ(report.rows.size(), 1u);
  EXPECT_EQ(report.rows[0].coordinates, 9);
}

TEST(Gradcheck, RejectsOnePercentOff) {
  EXPECT_FALSE(check([](const Var& x) { return square(x, Real(2.02)); }).ok());
}
TEST(Gradcheck, RejectsFactorTwo) {
  EXPECT_FALSE(check([](const Var& x) { return square(x, 4); }).ok());
}
TEST(Gradcheck, RejectsATransposedGradient) { EXPECT_FALSE(check(identity_with_transposed_gradient).ok()); }
TEST(Gradcheck, RejectsOneWrongSign) { EXPECT_FALSE(check(identity_with_one_wrong_sign).ok()); }
TEST(Gradcheck, RejectsALostSecondUse) { EXPECT_FALSE(check(twice_with_a_lost_use).ok()); }

TEST(Gradcheck, RejectsAnOverwrittenInput) {
  const GradcheckReport report = check([](const Var& x) {
    Tensor value = x.value();
    value.fill(1);
    return square(x, 2);
  });
  EXPECT_NE(report.text().find("x was overwritten"), std::string::npos) << report.text();
}

TEST(Gradcheck, RejectsASecondRunThatDiffers) {
  int calls = 0;
  const GradcheckReport report =
      check([&](const Var& x) { return square(x, ++calls == 3 ? Real(3) : Real(2)); });
  EXPECT_NE(report.text().find("a second run gives another gradient of x"), std::string::npos)
      << report.text();
}

TEST(Gradcheck, RejectsAGradientNobodyNeeds) {
  Rng rng(7);
  const auto sum = [](const std::vector<Var>& in) {
    return Var::result(in[0].value().clone(), {in[0].node(), in[1].node()}, [](Tensor g, const Needed&) {
      return Gradients{g, g};
    });
  };
  EXPECT_THROW(gradcheck(sum, {{"x", random_normal({2}, rng)}, {"y", random_normal({2}, rng)}}), Error);
}

}  // namespace
}  // namespace dg
