// Fully connected layer on flattened maps: y = x W^T + b. weight [out, in], bias [out]; a map [n, h, w, c] is
// flattened in the order height, width, channel (docs/deviations.md).
#pragma once
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

class Linear final : public Layer {
 public:
  Linear(const std::string& name, std::int64_t in, std::int64_t out);
  Inferred infer(const Shape& in) const override;
  Parameter& weight() { return weight_; }
  Parameter& bias() { return bias_; }

 private:
  Var run(Var x, LayerHook* hook) override;
  void initialise_own(Rng& rng, Device device) override;
  std::vector<Parameter*> own_parameters() override { return {&weight_, &bias_}; }

  std::int64_t in_, out_;
  Parameter weight_, bias_;
};

}  // namespace DG_WIDTH
}  // namespace dg
