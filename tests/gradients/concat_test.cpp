#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Concat) {
  Rng rng(5);
  expect_gradients("concat", [](const std::vector<Var>& in) { return concat(in); },
                   {{"x", random_normal({2, 2, 2, 3}, rng)},
                    {"y", random_normal({2, 2, 2, 1}, rng)},
                    {"z", random_normal({2, 2, 2, 2}, rng)}});
}

}  // namespace dg
