#include "losses/joint.h"

namespace dg {
inline namespace DG_WIDTH {

JointSupervision::JointSupervision(const JointOptions& options)
    : l2_softmax_(options.l2_softmax), lifted_(options.lifted), margin_(options.margin) {}

void JointSupervision::initialise(Rng& rng, Device device) {
  l2_softmax_.initialise(rng, device);
  lifted_.initialise(device);
  margin_.initialise(device);
}

std::vector<Parameter*> JointSupervision::parameters() {
  std::vector<Parameter*> all = l2_softmax_.parameters();
  for (Parameter* p : lifted_.parameters()) all.push_back(p);
  for (Parameter* p : margin_.parameters()) all.push_back(p);
  return all;
}

JointLoss JointSupervision::operator()(const Var& e, const Array<std::int32_t>& labels,
                                       const JointWeights& weights, Rng& rng) const {
  const Var similarity = pairwise_similarity(e);
  const DrawnPairs pairs = weights.margin != 0 ? margin_.draw(similarity.value(), labels, rng) : DrawnPairs{};
  return with_similarity(e, similarity, labels, weights, pairs);
}

JointLoss JointSupervision::operator()(const Var& e, const Array<std::int32_t>& labels,
                                       const JointWeights& weights, const DrawnPairs& pairs) const {
  return with_similarity(e, pairwise_similarity(e), labels, weights, pairs);
}

JointLoss JointSupervision::with_similarity(const Var& e, const Var& similarity,
                                            const Array<std::int32_t>& labels, const JointWeights& weights,
                                            const DrawnPairs& pairs) const {
  JointLoss joint;
  const auto add_part = [&](double weight, const Var& part) {
    Var weighted = scale(part, static_cast<Real>(weight));
    joint.total = joint.total.defined() ? add(std::move(joint.total), weighted) : std::move(weighted);
    return part.value();
  };
  if (weights.l2_softmax != 0) {
    const SoftmaxCrossEntropy softmax = l2_softmax_(e, labels);
    joint.l2_softmax = add_part(weights.l2_softmax, softmax.loss);
    joint.hardest = softmax.hardest;
    joint.target_logit = softmax.target_logit;
  }
  if (weights.lifted != 0) joint.lifted = add_part(weights.lifted, lifted_(e, labels));
  if (weights.margin != 0) joint.margin = add_part(weights.margin, margin_(similarity, pairs));
  require(joint.total.defined(), "joint", "at least one loss must have a weight other than 0");
  joint.pair_sums = margin_.statistics(similarity.value(), labels);
  return joint;
}

}  // namespace DG_WIDTH
}  // namespace dg
