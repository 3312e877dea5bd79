#include "losses/margin.h"

#include "autograd/ops.h"
#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {

// The drawn pairs are constants: they are drawn once, outside the checked function. Two of them violate
// nothing and are active at no point near by; one is drawn by both its photos.
TEST(Gradients, MarginLoss) {
  Rng rng(1);
  const DrawnPairs pairs{labels_of({1, 0, -1, 4, -1, -1}), labels_of({5, -1, 3, 0, 2, 0})};
  expect_gradients("margin_loss",
                   [&](const std::vector<Var>& in) {
                     return margin_loss(pairwise_similarity(l2_normalize(in[0])), in[1], pairs, Real(0.25));
                   },
                   {{"e", random_normal({6, 3}, rng)}, {"beta", Tensor::full({1}, Real(0.4))}});
}

}  // namespace dg
