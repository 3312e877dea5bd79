// Tiny networks for the parity suite, and how long the reductions of their longest path are.
#pragma once
#include "device/under_test.h"
#include "layers/face_resnet.h"

namespace dg::test {

/// Of one forward pass over `images`: per layer, multiply-accumulates per output number.
inline Index forward_reduction(Network& network, const Shape& images) {
  Index sum = 0;
  for (const LayerInfo& line : network.describe(images)) sum += line.macs / line.output.elements();
  return sum;
}

/// Of the gradients: forward, back again, and the sum over images and pixels of the first layer's weight.
inline Index gradient_reduction(Network& network, const Shape& images) {
  const std::vector<LayerInfo> lines = network.describe(images);
  Index widest = 0;
  for (const LayerInfo& line : lines) widest = std::max(widest, line.output.rows());
  return 2 * forward_reduction(network, images) + widest;
}

inline Network tiny_network(Shortcut shortcut, Padding padding) {
  return face_resnet({.input = padding == Padding::same ? 16 : 43,
                      .width = 0.0625,
                      .embedding = 6,
                      .blocks = {1, 1},
                      .branches = {3},
                      .padding = padding,
                      .shortcut = shortcut});
}

}  // namespace dg::test
