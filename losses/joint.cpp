#include "losses/joint.h"

#include <algorithm>

namespace dg {
inline namespace DG_WIDTH {

JointSupervision::JointSupervision(std::vector<LossPart> parts) {
  for (LossPart& part : parts) add(std::move(part));
}

JointSupervision& JointSupervision::add(LossPart part) {
  require(part.loss != nullptr, "joint", "a part must have a loss, got none");
  const std::string name = part.loss->name();
  require(
      std::none_of(parts_.begin(), parts_.end(), [&](const LossPart& p) { return p.loss->name() == name; }),
      "joint", "each loss may be there once, got a second {}", name);
  parts_.push_back(std::move(part));
  return *this;
}

void JointSupervision::initialise(Rng& rng, Device device) {
  for (const LossPart& part : parts_) part.loss->initialise(rng, device);
}

std::vector<Parameter*> JointSupervision::parameters() {
  std::vector<Parameter*> all;
  for (const LossPart& part : parts_) {
    for (Parameter* p : part.loss->parameters()) all.push_back(p);
  }
  return all;
}

JointLoss JointSupervision::operator()(const Var& e, const Array<std::int32_t>& labels, Rng& rng,
                                       std::int64_t step) const {
  return evaluate({e, labels, pairwise_similarity(e), rng, nullptr}, step);
}

JointLoss JointSupervision::operator()(const Var& e, const Array<std::int32_t>& labels,
                                       const DrawnPairs& pairs, std::int64_t step) const {
  Rng unused(0);
  return evaluate({e, labels, pairwise_similarity(e), unused, &pairs}, step);
}

JointLoss JointSupervision::evaluate(const LossBatch& batch, std::int64_t step) const {
  JointLoss joint;
  for (const LossPart& part : parts_) {
    if (!joint.pair_sums.defined())
      joint.pair_sums = part.loss->pair_statistics(batch.cosines.value(), batch.labels);
    Tensor& value = joint.parts.emplace_back();
    if (!part.on(step)) continue;
    LossValue result = part.loss->evaluate(batch);
    value = result.loss.value();
    Var weighted = scale(result.loss, static_cast<Real>(part.weight));
    joint.total = joint.total.defined() ? dg::add(std::move(joint.total), weighted) : std::move(weighted);
    if (joint.hardest.class_id.size() == 0) {
      joint.hardest = std::move(result.hardest);
      joint.target_logit = std::move(result.target_logit);
    }
  }
  require(joint.total.defined(), "joint", "at least one loss must have a weight other than 0");
  return joint;
}

}  // namespace DG_WIDTH
}  // namespace dg
