#include "losses/lifted_structured.h"

#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {
namespace {

const Labels labels{0, 1, 0, 2, 1, 0, 3};

void check(const std::string& name, const LiftedStructuredOptions& options, Real alpha) {
  Rng rng(1);
  expect_gradients(name,
                   [&](const std::vector<Var>& in) {
                     LiftedStructured loss(options);
                     loss.parameters()[0]->value = in[1];
                     return loss(l2_normalize(in[0]), labels_of(labels));
                   },
                   {{"e", random_normal({7, 4}, rng)}, {"alpha", Tensor::full({1}, alpha)}});
}

TEST(Gradients, LiftedStructured) {
  check("lifted_structured", {}, 2);
  check("lifted_structured a=12", {}, 12);  // some pairs lie beyond the hinge
  check("lifted_structured cosine", {.measure = LiftedMeasure::cosine}, 3);
}

}  // namespace
}  // namespace dg
