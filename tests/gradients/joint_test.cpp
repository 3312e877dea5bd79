#include "losses/three_losses.h"

#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {

TEST(Gradients, JointWithFixedPairs) {
  Rng rng(1);
  const auto labels = labels_of({0, 0, 1, 1, 4, 4});
  const Tensor e = random_normal({6, 4}, rng);
  const DrawnPairs pairs = select_pairs(pairwise_similarity(l2_normalize(Var(e))).value(), labels,
                                        Tensor::full({1}, Real(0.5)), Real(0.1), rng);
  std::vector<NamedInput> inputs{{"e", e}};
  ThreeLosses start({.l2_softmax = {.classes = 5, .embedding = 4, .scale = 2, .weight_sd = 0.5}});
  start.initialise(rng);
  for (const Parameter* p : start.parameters()) inputs.push_back({p->name, p->value.value()});
  expect_gradients(
      "joint",
      [&](const std::vector<Var>& in) {
        ThreeLosses joint({.l2_softmax = {.classes = 5, .embedding = 4}});
        for (std::size_t i = 1; i < in.size(); ++i) joint.parameters()[i - 1]->value = in[i];
        return joint(l2_normalize(in[0]), labels, {.l2_softmax = 1, .lifted = 0.1, .margin = 2}, pairs).total;
      },
      inputs);
}

}  // namespace dg
