#include "autograd/ops.h"
#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {

TEST(Gradients, SoftmaxCrossEntropy) {
  Rng rng(1);
  const auto labels = labels_of({2, 0, 4, 4});
  expect_gradients("softmax_cross_entropy",
                   [&](const std::vector<Var>& in) { return softmax_cross_entropy(in[0], labels).loss; },
                   {{"logits", random_normal({4, 5}, rng)}});
  expect_gradients("softmax_cross_entropy wide",
                   [&](const std::vector<Var>& in) { return softmax_cross_entropy(in[0], labels).loss; },
                   {{"logits", random_normal({4, 70}, rng)}});
}

TEST(Gradients, SoftmaxCrossEntropyInPlaceInsideAChain) {
  Rng rng(2);
  const auto labels = labels_of({2, 0, 4, 4});
  expect_gradients(
      "softmax_cross_entropy(s x)",
      [&](const std::vector<Var>& in) { return softmax_cross_entropy(scale(in[0], in[1]), labels).loss; },
      {{"x", random_normal({4, 5}, rng)}, {"s", Tensor::full({1}, 2)}});
}

}  // namespace dg
