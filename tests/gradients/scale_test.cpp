#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Scale) {
  Rng rng(1);
  const auto f = [](const std::vector<Var>& in) { return scale(in[0], in[1]); };
  expect_gradients("scale", f, {{"x", random_normal({3, 4}, rng)}, {"s", Tensor::full({1}, 3)}});
  expect_gradients("scale by 0", f, {{"x", random_normal({3, 4}, rng)}, {"s", Tensor::scalar(0)}});
  expect_gradients("scale constant", [](const std::vector<Var>& in) { return scale(in[0], Real(-3)); },
                   {{"x", random_normal({3, 4}, rng)}});
}

TEST(Gradients, ScaleInPlaceInsideAChain) {
  Rng rng(2);
  // arfa overwrites the scaled tensor, and scale by a constant the sum
  expect_gradients("arfa(s x)",
                   [](const std::vector<Var>& in) { return arfa(scale(in[0], in[1]), in[2], Real(1.2)); },
                   {{"x", random_away_from_zero({3, 4}, rng)},
                    {"s", Tensor::full({1}, 2)},
                    {"a", Tensor::full({4}, Real(0.8))}});
  expect_gradients("x + 2 (x + y)",
                   [](const std::vector<Var>& in) { return add(scale(add(in[0], in[1]), Real(2)), in[0]); },
                   {{"x", random_normal({3, 4}, rng)}, {"y", random_normal({3, 4}, rng)}});
}

}  // namespace dg
