#include "losses/lifted_structured.h"

#include "gradients/check.h"
#include "losses/labels.h"

namespace dg {
namespace {

const Labels lifted_labels{0, 1, 0, 2, 1, 0, 3};

// Class 0 lies around its axis with this spread (when small, beyond the hinge), the others with spread 1.
void check(const std::string& name, const LiftedStructuredOptions& options, Real alpha, Real spread) {
  Rng rng(1);
  std::vector<Real> e;
  for (const std::int32_t label : lifted_labels) {
    for (std::int32_t k = 0; k < 4; ++k) {
      const double noise = label == 0 ? static_cast<double>(spread) : 1.0;
      e.push_back(static_cast<Real>((k == label ? 1.0 : 0.0) + noise * rng.normal()));
    }
  }
  expect_gradients(name,
                   [&](const std::vector<Var>& in) {
                     LiftedStructured loss(options);
                     loss.parameters()[0]->value = in[1];
                     return loss(l2_normalize(in[0]), labels_of(lifted_labels));
                   },
                   {{"e", Tensor::from({7, 4}, e)}, {"alpha", Tensor::full({1}, alpha)}});
}

TEST(Gradients, LiftedStructured) {
  check("lifted_structured", {}, 2, 1);
  check("lifted_structured hinge", {}, 12, Real(0.05));  // class 0 adds nothing
  check("lifted_structured cosine", {.measure = LiftedMeasure::cosine}, 3, 1);
}

}  // namespace
}  // namespace dg
