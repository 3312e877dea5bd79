#include "losses/l2_softmax.h"

#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {

TEST(Gradients, L2Softmax) {
  Rng rng(1);
  const auto labels = labels_of({2, 0, 6, 2, 5});
  expect_gradients("l2_softmax",
                   [&](const std::vector<Var>& in) {
                     L2Softmax loss({.classes = 7, .embedding = 4});
                     for (std::size_t i = 0; i < 3; ++i) loss.parameters()[i]->value = in[i + 1];
                     return loss(l2_normalize(in[0]), labels).loss;
                   },
                   {{"e", random_normal({5, 4}, rng)},
                    {"weight", random_normal({7, 4}, rng)},
                    {"bias", random_normal({7}, rng)},
                    {"alpha", Tensor::full({1}, 2)}});
}

}  // namespace dg
