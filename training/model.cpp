#include "training/model.h"

namespace dg {

Network make_network(const Config& config) {
  const auto& n = config.network;
  return face_resnet({.input = n.input,
                      .width = n.width,
                      .embedding = n.embedding,
                      .blocks = n.blocks,
                      .branches = n.branches,
                      .padding = n.padding == "same" ? Padding::same : Padding::valid,
                      .shortcut = n.shortcut == "zero_pad" ? Shortcut::zero_pad : Shortcut::projection});
}

void use_precision(const Config& config) {
  use_cuda_policy({.tf32 = config.cuda.precision == "tf32", .deterministic = config.cuda.deterministic});
}

}  // namespace dg
