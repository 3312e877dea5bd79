// Layers in a row, from images to embeddings.
#pragma once
#include <memory>

#include "layers/layer.h"
#include "layers/linear.h"

namespace dg {
inline namespace DG_WIDTH {

/// One line of a network's description.
struct LayerInfo {
  std::string name;
  Shape output;                 // for a batch of the given size
  std::int64_t parameters = 0;  // trainable numbers
  std::int64_t macs = 0;        // multiply-accumulates of one forward pass over that batch
};

/// forward: images [n, h, w, 3] of normalised pixels -> embeddings [n, d] before L2 normalisation (the mirror
/// trick averages those).
class Network final : public Layer {
 public:
  Network() : Layer("network") {}
  /// Appends a layer of type L, made from its path and what else its constructor takes: numbers, or options.
  template <class L, class... Arguments>
  void add(const std::string& name, Arguments&&... arguments) {
    layers_.push_back(std::make_unique<L>(name, std::forward<Arguments>(arguments)...));
  }
  template <class L>
  void add(const std::string& name, const typename L::Options& options) {
    layers_.push_back(std::make_unique<L>(name, options));
  }

  Inferred infer(const Shape& images) const override;
  /// One line per layer for a batch of shape `images`, without allocating anything.
  std::vector<LayerInfo> describe(const Shape& images);
  /// The last fully connected layer, whose outputs maxout takes in pairs. Throws Error when there is none.
  Linear& embedding_layer();

 private:
  Var run(Var images, LayerHook* hook) override;
  std::vector<Layer*> children() override;

  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace DG_WIDTH
}  // namespace dg
