// Convolution layer: weight [out, size, size, in] and, where asked, bias [out].
#pragma once
#include "autograd/ops.h"
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

struct Conv2dLayerOptions {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t size = 3;         // filter height and width
  Conv2dOptions conv = {};       // stride, pad, dilation
  bool bias = true;
};

class Conv2d final : public Layer {
 public:
  using Options = Conv2dLayerOptions;
  Conv2d(const std::string& name, const Options& options);
  Inferred infer(const Shape& in) const override;

 private:
  Var run(Var x, LayerHook* hook) override;
  void initialise_own(Rng& rng, Device device) override;
  std::vector<Parameter*> own_parameters() override;

  Options options_;
  Parameter weight_, bias_;
};

}  // namespace DG_WIDTH
}  // namespace dg
