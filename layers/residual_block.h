// Residual block of Face-ResNet [43] as Table 1 uses it:
//
//   y = shortcut(x) + arfa2(conv2(arfa1(conv1(x)))),  both convolutions 3x3, padding 1, no bias, nothing
//   after the sum.
//
// The shortcut is x itself; where the channels grow (64 -> 128 in the first block) it is a 1x1 projection
// without bias, or, by the switch, x with zero channels appended (the paper is silent).
#pragma once
#include <optional>

#include "layers/arfa.h"
#include "layers/conv2d.h"

namespace dg {
inline namespace DG_WIDTH {

enum class Shortcut { projection, zero_pad };

class ResidualBlock final : public Layer {
 public:
  ResidualBlock(const std::string& name, std::int64_t in, std::int64_t out,
                Shortcut shortcut = Shortcut::projection);
  Var forward(Var x, LayerHook* hook = nullptr) override;
  Shape infer(const Shape& in, std::int64_t& macs) const override;
  void initialise(Rng& rng, Device device) override;
  std::vector<Parameter*> parameters() override;

 private:
  std::int64_t in_, out_;
  Conv2d conv1_;
  Arfa arfa1_;
  Conv2d conv2_;
  Arfa arfa2_;
  std::optional<Conv2d> projection_;
};

}  // namespace DG_WIDTH
}  // namespace dg
