#include "training/config/model.h"

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

void use_precision(const Config& config) {
  use_cuda_policy(
      {.tf32 = config.cuda.precision == CudaPrecision::tf32, .deterministic = config.cuda.deterministic});
}

}  // namespace dg
