// Residual block of Face-ResNet [43] as Table 1 uses it:
//
//   y = shortcut(x) + arfa2(conv2(arfa1(conv1(x)))),
//
// where both convolutions are 3x3 with padding 1 and no bias, and nothing follows the sum. The shortcut is x
// itself; where the channels grow (64 -> 128 in the first block) it is a 1x1 projection without bias or, by
// the switch, x with zero channels appended (the paper is silent).
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
  Inferred infer(const Shape& in) const override;

 private:
  Var run(Var x, LayerHook* hook) override;
  std::vector<Layer*> children() override;

  std::int64_t in_, out_;
  Conv2d conv1_;
  Arfa arfa1_;
  Conv2d conv2_;
  Arfa arfa2_;
  std::optional<Conv2d> projection_;
};

}  // namespace DG_WIDTH
}  // namespace dg
