#include "layers/network.h"

namespace dg {
inline namespace DG_WIDTH {

Var Network::run(Var images, LayerHook* hook) {
  for (const auto& layer : layers_) images = layer->forward(std::move(images), hook);
  return images;
}

Inferred Network::infer(const Shape& images) const {
  Inferred all{images};
  for (const auto& layer : layers_) {
    const Inferred one = layer->infer(all.output);
    all = {one.output, all.macs + one.macs};
  }
  return all;
}

std::vector<LayerInfo> Network::describe(const Shape& images) {
  std::vector<LayerInfo> lines;
  Shape shape = images;
  for (const auto& layer : layers_) {
    const Inferred inferred = layer->infer(shape);
    std::int64_t parameters = 0;
    for (const Parameter* p : layer->parameters()) parameters += p->trainable ? p->shape.elements() : 0;
    lines.push_back({layer->name(), inferred.output, parameters, inferred.macs});
    shape = inferred.output;
  }
  return lines;
}

Linear& Network::embedding_layer() {
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    if (auto* linear = dynamic_cast<Linear*>(layer->get())) return *linear;
  }
  throw Error("[network] has no fully connected layer");
}

std::vector<Layer*> Network::children() {
  std::vector<Layer*> all;
  for (const auto& layer : layers_) all.push_back(layer.get());
  return all;
}

}  // namespace DG_WIDTH
}  // namespace dg
