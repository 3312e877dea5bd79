#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, L2Normalize) {
  Rng rng(2);
  expect_gradients("l2_normalize", [](const std::vector<Var>& in) { return l2_normalize(in[0]); },
                   {{"x", random_normal({7, 13}, rng)}});
}

}  // namespace dg
