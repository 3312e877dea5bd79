// Fully connected layer on flattened maps: y = x W^T + b. weight [out, in], bias [out]; a map [n, h, w, c] is
// flattened in the order height, width, channel (docs/deviations.md).
#pragma once
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

class Linear final : public Layer {
 public:
  Linear(const std::string& name, std::int64_t in, std::int64_t out);
  Var forward(Var x, LayerHook* hook = nullptr) override;
  Shape infer(const Shape& in, std::int64_t& macs) const override;
  void initialise(Rng& rng, Device device) override;
  std::vector<Parameter*> parameters() override { return {&weight_, &bias_}; }
  Parameter& weight() { return weight_; }
  Parameter& bias() { return bias_; }

 private:
  std::int64_t in_, out_;
  Parameter weight_, bias_;
};

}  // namespace DG_WIDTH
}  // namespace dg
