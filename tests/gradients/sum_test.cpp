#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, SumMeanReshape) {
  Rng rng(7);
  expect_gradients("sum", [](const std::vector<Var>& in) { return sum(in[0]); },
                   {{"x", random_normal({3, 4}, rng)}});
  expect_gradients("mean", [](const std::vector<Var>& in) { return mean(in[0]); },
                   {{"x", random_normal({3, 4}, rng)}});
  expect_gradients("reshape",
                   [](const std::vector<Var>& in) {
                     return reshape(in[0], {4, 3});
                   },
                   {{"x", random_normal({3, 4}, rng)}});
}

}  // namespace dg
