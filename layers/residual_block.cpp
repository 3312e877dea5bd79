#include "layers/residual_block.h"

namespace dg {
inline namespace DG_WIDTH {

ResidualBlock::ResidualBlock(const std::string& name, std::int64_t in, std::int64_t out, Shortcut shortcut)
    : in_(in),
      out_(out),
      conv1_(name + ".conv1", {.in = in, .out = out, .conv = {.pad = 1}, .bias = false}),
      arfa1_(name + ".arfa1", out),
      conv2_(name + ".conv2", {.in = out, .out = out, .conv = {.pad = 1}, .bias = false}),
      arfa2_(name + ".arfa2", out) {
  require(out >= in, "residual_block", "{} must not lose channels, got {} -> {}", name, in, out);
  if (in != out && shortcut == Shortcut::projection) {
    projection_.emplace(name + ".projection",
                        Conv2dLayerOptions{.in = in, .out = out, .size = 1, .conv = {}, .bias = false});
  }
}

Var ResidualBlock::forward(Var x, LayerHook* hook) {
  Var h = conv1_.forward(x, hook);
  h = arfa1_.forward(std::move(h), hook);
  h = conv2_.forward(std::move(h), hook);
  h = arfa2_.forward(std::move(h), hook);
  if (projection_) {
    x = projection_->forward(std::move(x), hook);
  } else if (in_ != out_) {
    const Shape& s = x.shape();
    const Var zeros(Tensor::zeros({s[0], s[1], s[2], out_ - in_}, x.device()));
    x = concat({x, zeros});
  }
  return add(std::move(h), x);
}

Shape ResidualBlock::infer(const Shape& in, std::int64_t& macs) const {
  if (projection_) projection_->infer(in, macs);
  return conv2_.infer(conv1_.infer(in, macs), macs);
}

void ResidualBlock::initialise(Rng& rng, Device device) {
  conv1_.initialise(rng, device);
  arfa1_.initialise(rng, device);
  conv2_.initialise(rng, device);
  arfa2_.initialise(rng, device);
  if (projection_) projection_->initialise(rng, device);
}

std::vector<Parameter*> ResidualBlock::parameters() {
  std::vector<Parameter*> all;
  for (Layer* layer :
       {static_cast<Layer*>(&conv1_), static_cast<Layer*>(&arfa1_), static_cast<Layer*>(&conv2_),
        static_cast<Layer*>(&arfa2_), static_cast<Layer*>(projection_ ? &*projection_ : nullptr)}) {
    if (layer == nullptr) continue;
    for (Parameter* p : layer->parameters()) all.push_back(p);
  }
  return all;
}

}  // namespace DG_WIDTH
}  // namespace dg
