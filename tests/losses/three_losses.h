// The paper's three losses under joint supervision (section 4.2.5), with weights that a test gives call by
// call.
#pragma once
#include "losses/joint.h"
#include "losses/l2_softmax.h"
#include "losses/lifted_structured.h"
#include "losses/margin.h"

namespace dg {

/// 0 = off. The paper's: 1, 0.1, 1.
struct ThreeWeights {
  double l2_softmax = 1, lifted = 0.1, margin = 1;
};

struct ThreeOptions {
  L2SoftmaxOptions l2_softmax = {};
  LiftedStructuredOptions lifted = {};
  MarginOptions margin = {};
};

struct ThreeLoss : JointLoss {
  Tensor l2_softmax, lifted, margin;  // undefined where off
};

class ThreeLosses : public JointSupervision {
 public:
  explicit ThreeLosses(const ThreeOptions& o) {
    add<L2Softmax>({}, o.l2_softmax).add<LiftedStructured>({}, o.lifted).add<MarginLoss>({}, o.margin);
  }
  /// `draws`: an Rng, or the DrawnPairs.
  template <class Draws>
  ThreeLoss operator()(const Var& e, const Array<std::int32_t>& labels, const ThreeWeights& weights,
                       Draws&& draws) {
    parts()[0].weight = weights.l2_softmax;
    parts()[1].weight = weights.lifted;
    parts()[2].weight = weights.margin;
    JointLoss loss = JointSupervision::operator()(e, labels, draws);
    return {loss, loss.parts[0], loss.parts[1], loss.parts[2]};
  }
};

}  // namespace dg
