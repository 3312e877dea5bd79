#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Arfa) {
  Rng rng(1);
  Tensor a = random_away_from_zero({5}, rng, 0.3);
  std::vector<Real> positive = a.to_vector();
  for (Real& v : positive) v = v < 0 ? -v : v;
  a.set(positive);
  expect_gradients("arfa", [](const std::vector<Var>& in) { return arfa(in[0], in[1], 1.3); },
                   {{"x", random_away_from_zero({2, 3, 4, 5}, rng)}, {"a", a}});
}

TEST(Gradients, ArfaInPlaceInsideAChain) {
  Rng rng(8);
  const Tensor a = Tensor::full({4}, Real(0.8));
  // arfa overwrites the sum, which nobody keeps.
  expect_gradients("arfa(x + y)",
                   [](const std::vector<Var>& in) { return arfa(add(in[0], in[1]), in[2], 1.2); },
                   {{"x", random_away_from_zero({3, 4}, rng, 3)}, {"y", random_normal({4}, rng)}, {"a", a}});
  // x + arfa(conv(x)): the residual branch must not touch x.
  expect_gradients(
      "x + arfa(conv(x))",
      [](const std::vector<Var>& in) {
        return add(arfa(conv2d(in[0], in[1], Var(), {.pad = 1}), in[2], 1.2), in[0]);
      },
      {{"x", random_normal({2, 3, 3, 4}, rng)}, {"w", random_normal({4, 3, 3, 4}, rng)}, {"a", a}});
}

}  // namespace dg
