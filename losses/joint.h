// Joint supervision (sections 3 and 4.2.4): the weighted sum of prototype-based losses (the paper's:
// L2-Softmax) and exemplar-based ones (the paper's: lifted structured, margin), each part reported apart.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "losses/loss.h"

namespace dg {
inline namespace DG_WIDTH {

/// A loss with its place in the sum.
struct LossPart {
  std::unique_ptr<Loss> loss;
  double weight = 1;       // 0 = off: not computed, but its parameters are there
  std::int64_t start = 0;  // the first step it takes part in

  bool on(std::int64_t step) const { return weight != 0 && step >= start; }
};

/// Everything stays on the device until someone reads it.
struct JointLoss {
  Var total;                  // scalar, to be walked backward
  std::vector<Tensor> parts;  // scalars in the order of the list, without their weights; undefined where off
  HardestClass hardest;       // of the first prototype-based part that is on; empty without one
  Array<Real> target_logit;   // likewise
  Tensor pair_sums;           // for read_pair_statistics, of the first part that has them, be it on or off
};

class JointSupervision {
 public:
  JointSupervision() = default;
  /// The sum has the order of `parts`. Error when two have one name, or one has no loss.
  explicit JointSupervision(std::vector<LossPart> parts);

  /// Makes a loss and adds it at the end: add<MarginLoss>({.weight = 1}, options...). Error as above.
  template <class L, class... Options>
  JointSupervision& add(LossPart place, Options&&... options) {
    place.loss = std::make_unique<L>(std::forward<Options>(options)...);
    return add(std::move(place));
  }
  JointSupervision& add(LossPart part);

  void initialise(Rng& rng, Device device = Device::cpu);
  /// Of all parts, be they on or off, so that a part may be switched on during training.
  std::vector<Parameter*> parameters();
  std::span<const LossPart> parts() const { return parts_; }
  std::span<LossPart> parts() { return parts_; }

  /// e [n, d] with rows of length 1, labels [n], at step `step`. Moves rng on only where a part that is on
  /// draws pairs. Throws Error when no part is on.
  JointLoss operator()(const Var& e, const Array<std::int32_t>& labels, Rng& rng,
                       std::int64_t step = 0) const;
  /// The same with given pairs.
  JointLoss operator()(const Var& e, const Array<std::int32_t>& labels, const DrawnPairs& pairs,
                       std::int64_t step = 0) const;

 private:
  JointLoss evaluate(const LossBatch& batch, std::int64_t step) const;

  std::vector<LossPart> parts_;
};

}  // namespace DG_WIDTH
}  // namespace dg
