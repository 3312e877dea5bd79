#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Pairwise) {
  Rng rng(1);
  expect_gradients("pairwise_similarity",
                   [](const std::vector<Var>& in) { return pairwise_similarity(in[0]); },
                   {{"e", random_normal({5, 7}, rng)}});
  expect_gradients("pairwise_distance", [](const std::vector<Var>& in) { return pairwise_distance(in[0]); },
                   {{"e", random_normal({5, 7}, rng)}});
}

}  // namespace dg
