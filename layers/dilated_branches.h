// Parallel 3x3 convolutions with dilation 1, 2, ... over the same input, concatenated in that order, then one
// ARFA (Table 1: "3x3, 128+64+64 conv, d=1,2,3" and "3x3, 256+256 conv, d=1,2"; a single branch is the "3x3,
// 1024 conv"). With padding d - 1 for dilation d ("valid") every branch shrinks the image by 2; with padding
// d ("same") none does.
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
  Var forward(Var x, LayerHook* hook = nullptr) override;
  Shape infer(const Shape& in, std::int64_t& macs) const override;
  void initialise(Rng& rng, Device device) override;
  std::vector<Parameter*> parameters() override;

 private:
  std::vector<Conv2d> branches_;
  Arfa arfa_;
};

}  // namespace DG_WIDTH
}  // namespace dg
