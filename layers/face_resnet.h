// The network of Table 1, as one readable function of its sizes.
#pragma once
#include "layers/dilated_branches.h"
#include "layers/network.h"
#include "layers/residual_block.h"

namespace dg {
inline namespace DG_WIDTH {

/// Defaults are the paper's.
struct FaceResnetOptions {
  std::int64_t input = 259;      // pixels, height = width
  double width = 1;              // multiplier of Table 1's channels (1 = a stem of 64)
  std::int64_t embedding = 512;  // numbers per face
  // Residual blocks per stage; stage s = 0, 1, ... has 128 * 2^s * width channels.
  std::vector<std::int64_t> blocks = {1, 2, 5, 3};
  std::vector<std::int64_t> branches = {3, 2, 1};  // dilated branches in the convolution between two stages
  Padding padding = Padding::valid;                // "same" for small inputs, so that all stages survive
  Shortcut shortcut = Shortcut::projection;
};

/// Builds Table 1 at the given sizes. Throws Error when the input is too small for the stages.
Network face_resnet(const FaceResnetOptions& options);

}  // namespace DG_WIDTH
}  // namespace dg
