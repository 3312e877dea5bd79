// Parallel 3x3 convolutions with dilation 1, 2, ... of the same input, concatenated in that order and
// followed by one ARFA (Table 1: "3x3, 128+64+64 conv, d=1,2,3" and "3x3, 256+256 conv, d=1,2"; the "3x3,
// 1024 conv" is a single branch). With padding d - 1 for dilation d ("valid") every branch shrinks the image
// by 2; with padding d ("same") none does.
#pragma once
#include "layers/arfa.h"
#include "layers/conv2d.h"

namespace dg {
inline namespace DG_WIDTH {

enum class Padding { valid, same };

class DilatedBranches final : public Layer {
 public:
  /// `outs[i]` channels from the branch of dilation i + 1.
  DilatedBranches(const std::string& name, std::int64_t in, const std::vector<std::int64_t>& outs,
                  Padding padding);
  Inferred infer(const Shape& in) const override;

 private:
  Var run(Var x, LayerHook* hook) override;
  std::vector<Layer*> children() override;

  std::vector<Conv2d> branches_;
  Arfa arfa_;
};

}  // namespace DG_WIDTH
}  // namespace dg
