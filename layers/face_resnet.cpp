#include "layers/face_resnet.h"

#include <cmath>

#include "layers/pooling.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

// 128 + 64 + 64 of 256 for three branches, 256 + 256 of 512 for two, everything for one: the dense branch
// gets half (or all), the others share the rest.
std::vector<std::int64_t> split_channels(std::int64_t channels, std::int64_t branches) {
  if (branches == 1) return {channels};
  std::vector<std::int64_t> outs{channels / 2};
  for (std::int64_t i = 1; i < branches; ++i) outs.push_back(channels / 2 / (branches - 1));
  outs[0] += channels - channels / 2 - (branches - 1) * outs.back();
  return outs;
}

}  // namespace

Network face_resnet(const FaceResnetOptions& o) {
  const auto stages = o.blocks.size();
  require(o.input >= 1 && o.embedding >= 1 && stages >= 1, "face_resnet",
          "input and embedding must be >= 1 and blocks must name at least one stage, got input {}, embedding "
          "{}, {} stages",
          o.input, o.embedding, stages);
  require(o.branches.size() + 1 == stages, "face_resnet",
          "branches must have one entry between every two of the {} stages, got {}", stages,
          o.branches.size());
  const auto channels = [&](double table_1) {
    const double c = table_1 * o.width;
    require(c >= 1 && c == std::floor(c), "face_resnet", "width {} makes {} of Table 1's {} channels",
            o.width, c, table_1);
    return static_cast<std::int64_t>(c);
  };
  const std::int64_t stem = channels(64), stem_pad = o.padding == Padding::same ? 2 : 0;

  Network net;
  net.add("stem.conv1",
          std::make_unique<Conv2d>(
              "stem.conv1",
              Conv2dLayerOptions{.in = 3, .out = stem, .size = 5, .conv = {.stride = 2, .pad = stem_pad}}));
  net.add("stem.arfa1", std::make_unique<Arfa>("stem.arfa1", stem));
  net.add(
      "stem.conv2",
      std::make_unique<Conv2d>(
          "stem.conv2", Conv2dLayerOptions{.in = stem, .out = stem, .size = 5, .conv = {.pad = stem_pad}}));
  net.add("stem.arfa2", std::make_unique<Arfa>("stem.arfa2", stem));
  net.add("stem.pool", std::make_unique<MaxPool>());

  std::int64_t in = stem;
  for (std::size_t s = 0; s < stages; ++s) {
    const std::string stage = fmt::format("stage{}", s + 1);
    const std::int64_t width = channels(128 * std::exp2(static_cast<double>(s)));
    require(o.blocks[s] >= 1, "face_resnet", "every stage needs at least one block, got {}", o.blocks[s]);
    for (std::int64_t b = 1; b <= o.blocks[s]; ++b) {
      const std::string block = fmt::format("{}.block{}", stage, b);
      net.add(block, std::make_unique<ResidualBlock>(block, b == 1 ? in : width, width, o.shortcut));
    }
    in = width;
    if (s + 1 < stages) {
      require(o.branches[s] >= 1, "face_resnet", "every transition needs at least one branch, got {}",
              o.branches[s]);
      net.add(stage + ".branches",
              std::make_unique<DilatedBranches>(stage + ".branches", in,
                                                split_channels(2 * width, o.branches[s]), o.padding));
      net.add(stage + ".pool", std::make_unique<MaxPool>());
      in = 2 * width;
    }
  }

  const Shape map = net.infer({1, o.input, o.input, 3});
  net.add("fc", std::make_unique<Linear>("fc", map.elements(), 2 * o.embedding));
  net.add("maxout", std::make_unique<Maxout>());
  return net;
}

void Network::add(const std::string& name, LayerPtr layer) { layers_.push_back({name, std::move(layer)}); }

Var Network::forward(Var images, LayerHook* hook) {
  for (Named& n : layers_) images = n.layer->forward(std::move(images), hook);
  return images;
}

void Network::initialise(Rng& rng, Device device) {
  for (Named& n : layers_) n.layer->initialise(rng, device);
}

std::vector<Parameter*> Network::parameters() {
  std::vector<Parameter*> all;
  for (Named& n : layers_) {
    for (Parameter* p : n.layer->parameters()) all.push_back(p);
  }
  return all;
}

std::vector<LayerInfo> Network::describe(const Shape& images) {
  std::vector<LayerInfo> lines;
  Shape shape = images;
  for (Named& n : layers_) {
    LayerInfo line{.name = n.name, .output = {}};
    shape = line.output = n.layer->infer(shape, line.macs);
    for (const Parameter* p : n.layer->parameters())
      line.parameters += p->trainable ? p->shape.elements() : 0;
    lines.push_back(line);
  }
  return lines;
}

Shape Network::infer(const Shape& images) const {
  Shape shape = images;
  std::int64_t macs = 0;
  for (const Named& n : layers_) shape = n.layer->infer(shape, macs);
  return shape;
}

Linear& Network::embedding_layer() {
  for (auto n = layers_.rbegin(); n != layers_.rend(); ++n) {
    if (auto* linear = dynamic_cast<Linear*>(n->layer.get())) return *linear;
  }
  throw Error("[network] has no fully connected layer");
}

}  // namespace DG_WIDTH
}  // namespace dg
