// What joint supervision knows of a loss: a name, parameters, and one function of a batch's embeddings,
// labels and cosines to a scalar. A prototype-based loss, which scores the embedding against all classes,
// also returns the hardest class of each row, from which the doppelganger list learns (section 3.2). The
// losses are an open list: one file each, added to a JointSupervision by whoever assembles it
// (training/config/loss_keys.cpp from a configuration). docs/adding.md says what a new one touches.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "layers/parameter.h"
#include "losses/pair_selection.h"
#include "tensor/rng.h"

namespace dg {
inline namespace DG_WIDTH {

/// What a loss sees of a batch of n photos.
struct LossBatch {
  Var embeddings;              // [n, d], rows of length 1
  Array<std::int32_t> labels;  // [n], the class of each row
  Var cosines;                 // [n, n], of all pairs of rows: computed once for all losses
  Rng& draws;                  // for losses that draw pairs
  const DrawnPairs* pairs;     // null, or the pairs to take instead of drawing
};

/// What it makes of it. The last two are empty but for a prototype-based loss.
struct LossValue {
  Var loss;                  // scalar, without the weight
  HardestClass hardest;      // [n]
  Array<Real> target_logit;  // [n]; above hardest.logit = the row was classified correctly
};

class Loss {
 public:
  virtual ~Loss() = default;
  /// In metrics, messages and configuration keys.
  virtual std::string name() const = 0;
  /// Whether it returns the hardest class of each row.
  virtual bool prototype_based() const { return false; }

  /// Fills the parameters. Until then they have names and shapes and no memory.
  virtual void initialise(Rng& /*rng*/, Device /*device*/) {}
  /// All parameters, in a fixed order. Their names are those in checkpoints.
  virtual std::vector<Parameter*> parameters() { return {}; }
  /// The weight [classes, d] with which it scores embeddings; null without one.
  virtual Parameter* class_weight() { return nullptr; }
  /// Those worth a line of metrics, each under its name there.
  virtual std::vector<std::pair<std::string, const Parameter*>> logged() const { return {}; }

  virtual LossValue evaluate(const LossBatch& batch) const = 0;
  /// Sums of all pairs of a batch against the loss's boundary between positive and negative cosines
  /// (pair_sums of losses/pair_selection.h); undefined for a loss without one. Asked for whether the loss is
  /// on or off.
  virtual Tensor pair_statistics(const Tensor& /*cosines*/, const Array<std::int32_t>& /*labels*/) const {
    return {};
  }
};

}  // namespace DG_WIDTH
}  // namespace dg
