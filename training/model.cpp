#include "training/model.h"

namespace dg {

Network make_network(const Config& config) {
  const auto& n = config.network;
  return face_resnet({.input = n.input,
                      .width = n.width,
                      .embedding = n.embedding,
                      .blocks = n.blocks,
                      .branches = n.branches,
                      .padding = n.padding,
                      .shortcut = n.shortcut});
}

JointOptions make_losses(const Config& config, std::int64_t classes) {
  const auto& l = config.loss;
  return {
      .l2_softmax = {.classes = classes,
                     .embedding = config.network.embedding,
                     .scale = l.l2_alpha,
                     .train_scale = l.l2_alpha_trainable,
                     .weight_sd =
                         config.init.classifier == ClassifierStart::zero ? 0 : config.init.classifier_sd},
      .lifted = {.measure = l.lifted_distance, .scale = l.lifted_alpha},
      .margin = {.margin = l.margin_alpha, .boundary = l.margin_beta, .boundary_rate = l.margin_beta_rate}};
}

void use_precision(const Config& config) {
  use_cuda_policy(
      {.tf32 = config.cuda.precision == CudaPrecision::tf32, .deterministic = config.cuda.deterministic});
}

}  // namespace dg
