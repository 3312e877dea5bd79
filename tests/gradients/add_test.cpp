#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Add) {
  Rng rng(1);
  const auto f = [](const std::vector<Var>& in) { return add(in[0], in[1]); };
  expect_gradients("add", f, {{"x", random_normal({3, 4, 5}, rng)}, {"y", random_normal({3, 4, 5}, rng)}});
  expect_gradients("add bias", f, {{"x", random_normal({3, 4, 5}, rng)}, {"b", random_normal({5}, rng)}});
  expect_gradients("add x + x", [](const std::vector<Var>& in) { return add(in[0], in[0]); },
                   {{"x", random_normal({3, 4}, rng)}});
}

}  // namespace dg
