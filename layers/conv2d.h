// Convolution layer: weight [out, size, size, in] and, where asked, bias [out].
#pragma once
#include "autograd/ops.h"
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

struct Conv2dLayerOptions {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t size = 3;         // filter height and width
  Conv2dOptions conv;            // stride, pad, dilation
  bool bias = true;
};

class Conv2d final : public Layer {
 public:
  Conv2d(const std::string& name, const Conv2dLayerOptions& options);
  Var forward(Var x, LayerHook* hook = nullptr) override;
  Shape infer(const Shape& in, std::int64_t& macs) const override;
  void initialise(Rng& rng, Device device) override;
  std::vector<Parameter*> parameters() override;

 private:
  Conv2dLayerOptions options_;
  Parameter weight_, bias_;
};

}  // namespace DG_WIDTH
}  // namespace dg
