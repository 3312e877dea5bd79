#include "losses/contrastive.h"

#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {

TEST(Gradients, Contrastive) {
  Rng rng(1);
  const Tensor e = random_normal({7, 4}, rng);
  for (const double margin : {-0.5, 0.25}) {
    expect_gradients("contrastive",
                     [&](const std::vector<Var>& in) {
                       return contrastive_loss(pairwise_similarity(l2_normalize(in[0])),
                                               labels_of({0, 1, 0, 2, 1, 0, 3}), static_cast<Real>(margin));
                     },
                     {{"e", e}});
  }
}

}  // namespace dg
