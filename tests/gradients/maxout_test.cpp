#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Maxout) {
  Rng rng(6);
  expect_gradients("maxout", [](const std::vector<Var>& in) { return maxout(in[0]); },
                   {{"x", random_distinct({5, 8}, rng)}});
}

}  // namespace dg
