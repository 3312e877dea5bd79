// The network of Table 1, as one readable function of its sizes.
#pragma once
#include "layers/dilated_branches.h"
#include "layers/layer.h"
#include "layers/linear.h"
#include "layers/residual_block.h"

namespace dg {
inline namespace DG_WIDTH {

/// Defaults are the paper's.
struct FaceResnetOptions {
  std::int64_t input = 259;      // pixels, height = width
  double width = 1;              // multiplier of Table 1's channels (1 = a stem of 64)
  std::int64_t embedding = 512;  // numbers per face
  std::vector<std::int64_t> blocks = {
      1, 2, 5, 3};  // residual blocks per stage; stage s has 128 * 2^s * width channels
  std::vector<std::int64_t> branches = {3, 2, 1};  // dilated branches in the convolution between two stages
  Padding padding = Padding::valid;                // "same" for small inputs, so that all stages survive
  Shortcut shortcut = Shortcut::projection;
};

/// Layers in a row. The output is the embedding before L2 normalisation (the mirror trick averages there).
class Network {
 public:
  void add(const std::string& name, LayerPtr layer);
  /// images [n, h, w, 3], normalised pixels -> raw embeddings [n, d].
  Var forward(Var images, LayerHook* hook = nullptr);
  /// Allocates all parameters on `device` (see Layer::initialise; LSUV scales them afterwards).
  void initialise(Rng& rng, Device device = Device::cpu);
  std::vector<Parameter*> parameters();
  /// One line per layer for a batch of shape `images`, without allocating anything.
  std::vector<LayerInfo> describe(const Shape& images);
  Shape infer(const Shape& images) const;
  /// The last fully connected layer, which produces the pairs that maxout sees.
  Linear& embedding_layer();

 private:
  struct Named {
    std::string name;
    LayerPtr layer;
  };
  std::vector<Named> layers_;
};

/// Builds Table 1 at the given sizes. Throws Error when the input is too small for the stages.
Network face_resnet(const FaceResnetOptions& options);

}  // namespace DG_WIDTH
}  // namespace dg
