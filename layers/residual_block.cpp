#include "layers/residual_block.h"

namespace dg {
inline namespace DG_WIDTH {

ResidualBlock::ResidualBlock(const std::string& name, std::int64_t in, std::int64_t out, Shortcut shortcut)
    : Layer(name),
      in_(in),
      out_(out),
      conv1_(name + ".conv1", {.in = in, .out = out, .conv = {.pad = 1}, .bias = false}),
      arfa1_(name + ".arfa1", out),
      conv2_(name + ".conv2", {.in = out, .out = out, .conv = {.pad = 1}, .bias = false}),
      arfa2_(name + ".arfa2", out) {
  require(out >= in, "residual_block", "{} must not lose channels, got {} -> {}", name, in, out);
  if (in != out && shortcut == Shortcut::projection) {
    projection_.emplace(name + ".projection",
                        Conv2dLayerOptions{.in = in, .out = out, .size = 1, .bias = false});
  }
}

Var ResidualBlock::run(Var x, LayerHook* hook) {
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

Inferred ResidualBlock::infer(const Shape& in) const {
  const std::int64_t shortcut = projection_ ? projection_->infer(in).macs : 0;
  const Inferred first = conv1_.infer(in), second = conv2_.infer(first.output);
  return {second.output, shortcut + first.macs + second.macs};
}

std::vector<Layer*> ResidualBlock::children() {
  std::vector<Layer*> all{&conv1_, &arfa1_, &conv2_, &arfa2_};
  if (projection_) all.push_back(&*projection_);
  return all;
}

}  // namespace DG_WIDTH
}  // namespace dg
