// Joint supervision (sections 3 and 4.2.4): the weighted sum of the prototype-based loss (L2-Softmax) and the
// exemplar-based losses (lifted structured, margin), each part reported apart.
#pragma once
#include <vector>

#include "losses/l2_softmax.h"
#include "losses/lifted_structured.h"
#include "losses/margin.h"

namespace dg {
inline namespace DG_WIDTH {

/// 0 = off: the part is not computed. The paper's: 1, 0.1, 1 (section 4.2.5).
struct JointWeights {
  double l2_softmax = 1, lifted = 0.1, margin = 1;
};

struct JointOptions {
  L2SoftmaxOptions l2_softmax = {};
  LiftedStructuredOptions lifted = {};
  MarginOptions margin = {};
};

/// Everything stays on the device until someone reads it.
struct JointLoss {
  Var total;                          // scalar, to be walked backward
  Tensor l2_softmax, lifted, margin;  // the parts without their weights; undefined where off
  HardestClass hardest;               // empty where the L2-Softmax is off
  Array<Real> target_logit;           // likewise
  Tensor pair_sums;                   // for read_pair_statistics; at the present beta, whatever is off
};

class JointSupervision {
 public:
  explicit JointSupervision(const JointOptions& options);
  void initialise(Rng& rng, Device device = Device::cpu);
  /// Of all three losses, whatever their weights, so that a part may be switched on during training.
  std::vector<Parameter*> parameters();

  /// e [n, d] with rows of length 1, labels [n]. Draws the margin loss's pairs (and moves rng on) only where
  /// its weight is not 0. Throws Error when all weights are 0.
  JointLoss operator()(const Var& e, const Array<std::int32_t>& labels, const JointWeights& weights,
                       Rng& rng) const;
  /// The same with given pairs.
  JointLoss operator()(const Var& e, const Array<std::int32_t>& labels, const JointWeights& weights,
                       const DrawnPairs& pairs) const;

 private:
  JointLoss with_similarity(const Var& e, const Var& similarity, const Array<std::int32_t>& labels,
                            const JointWeights& weights, const DrawnPairs& pairs) const;

  L2Softmax l2_softmax_;
  LiftedStructured lifted_;
  MarginLoss margin_;
};

}  // namespace DG_WIDTH
}  // namespace dg
