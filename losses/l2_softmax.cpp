#include "losses/l2_softmax.h"

#include <cmath>

namespace dg {
inline namespace DG_WIDTH {

L2Softmax::L2Softmax(const L2SoftmaxOptions& options) : options_(options) {
  require(options.classes >= 1 && options.embedding >= 1, "l2_softmax",
          "classes and embedding must be >= 1, got {} and {}", options.classes, options.embedding);
  require(options.scale >= 1, "l2_softmax", "scale must be >= 1, got {}", options.scale);
  require(options.weight_sd >= 0, "l2_softmax", "weight_sd must be >= 0, got {}", options.weight_sd);
  weight_ = {.name = "l2_softmax.weight", .shape = {options.classes, options.embedding}, .decay = true};
  bias_ = {.name = "l2_softmax.bias", .shape = {options.classes}};
  alpha_ = {.name = "l2_softmax.alpha", .shape = {1}, .floor = 1, .trainable = options.train_scale};
}

void L2Softmax::initialise(Rng& rng, Device device) {
  std::vector<Real> weight(static_cast<std::size_t>(weight_.shape.elements()), Real(0));
  if (options_.weight_sd > 0) {
    for (Real& w : weight) w = static_cast<Real>(options_.weight_sd * rng.normal());
  }
  weight_.set(Tensor::from(weight_.shape, weight, device));
  bias_.set(Tensor::zeros(bias_.shape, device));
  alpha_.set(Tensor::full(alpha_.shape, static_cast<Real>(options_.scale), device));
}

SoftmaxCrossEntropy L2Softmax::operator()(const Var& e, const Array<std::int32_t>& labels) const {
  require(weight_.value.defined(), "l2_softmax", "initialise must come first");
  require(e.shape().rank() == 2 && e.shape()[1] == options_.embedding, "l2_softmax",
          "embeddings must be [n, {}], got {}", options_.embedding, e.shape().str());
  const ProfileScope profiled({.as = Part::head});
  // The embeddings are scaled, not the logits: n d multiplications instead of n classes.
  return softmax_cross_entropy(add(matmul(scale(e, alpha_.value), weight_.value, false, true), bias_.value),
                               labels);
}

LossValue L2Softmax::evaluate(const LossBatch& batch) const {
  const auto [loss, hardest, target_logit] = (*this)(batch.embeddings, batch.labels);
  return {loss, hardest, target_logit};
}

double l2_softmax_least_scale(std::int64_t classes, double p) {
  require(classes >= 3 && p > 0 && p < 1, "l2_softmax",
          "least scale needs classes >= 3 and 0 < p < 1, got {} and {}", classes, p);
  return std::log(p * static_cast<double>(classes - 2) / (1 - p));
}

}  // namespace DG_WIDTH
}  // namespace dg
