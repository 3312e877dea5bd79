#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, MaxPool) {
  Rng rng(4);
  expect_gradients("max_pool 2/2", [](const std::vector<Var>& in) { return max_pool(in[0]); },
                   {{"x", random_distinct({2, 5, 6, 3}, rng)}});
  expect_gradients("max_pool 3/2", [](const std::vector<Var>& in) { return max_pool(in[0], 3, 2); },
                   {{"x", random_distinct({2, 6, 7, 2}, rng)}});
  expect_gradients("max_pool 2/3", [](const std::vector<Var>& in) { return max_pool(in[0], 2, 3); },
                   {{"x", random_distinct({1, 7, 8, 2}, rng)}});
}

}  // namespace dg
