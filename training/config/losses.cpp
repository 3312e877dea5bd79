#include "training/config/losses.h"

#include "losses/l2_softmax.h"
#include "losses/lifted_structured.h"
#include "losses/margin.h"

namespace dg {

std::vector<LossPart> loss_parts(const Config& config, std::int64_t classes) {
  const auto& l = config.loss;
  std::vector<LossPart> parts;
  const auto add = [&parts](std::unique_ptr<Loss> loss, double weight, std::int64_t start = 0) {
    parts.push_back({.loss = std::move(loss), .weight = weight, .start = start});
  };
  add(std::make_unique<L2Softmax>(
          L2SoftmaxOptions{.classes = classes,
                           .embedding = config.network.embedding,
                           .scale = l.l2_alpha,
                           .train_scale = l.l2_alpha_trainable,
                           .weight_sd = config.init.classifier == "zero" ? 0 : config.init.classifier_sd}),
      l.l2_softmax);
  add(std::make_unique<LiftedStructured>(LiftedStructuredOptions{
          .measure = l.lifted_distance == "cosine" ? LiftedMeasure::cosine : LiftedMeasure::distance,
          .scale = l.lifted_alpha}),
      l.lifted);
  add(std::make_unique<MarginLoss>(MarginOptions{
          .margin = l.margin_alpha, .boundary = l.margin_beta, .boundary_rate = l.margin_beta_rate}),
      l.margin, l.margin_start);
  return parts;
}

}  // namespace dg
