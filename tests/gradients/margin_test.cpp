#include "losses/margin.h"

#include "autograd/ops.h"
#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {

// The drawn pairs are constants: they are drawn once, outside the checked function. At the high boundary some
// negative pairs, at the low one some positive pairs violate nothing and must pass no gradient.
TEST(Gradients, MarginLoss) {
  Rng rng(1);
  const DrawnPairs pairs{labels_of({1, 0, 0, 4, 3, -1}), labels_of({5, -1, 3, 0, 2, 0})};
  const Tensor e = random_normal({6, 3}, rng);
  for (const Real beta : {Real(0.4), Real(-0.6)}) {
    expect_gradients(fmt::format("margin_loss b={}", beta),
                     [&](const std::vector<Var>& in) {
                       return margin_loss(pairwise_similarity(l2_normalize(in[0])), in[1], pairs, Real(0.25));
                     },
                     {{"e", e}, {"beta", Tensor::full({1}, beta)}});
  }
}

}  // namespace dg
