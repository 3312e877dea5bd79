// Layers without parameters: 2x2 max pooling and maxout over pairs.
#pragma once
#include "autograd/ops.h"
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

/// 2x2 max pooling, stride 2; an odd last row or column is dropped.
class MaxPool final : public Layer {
 public:
  using Layer::Layer;
  Inferred infer(const Shape& in) const override {
    require(in.rank() == 4 && in[1] >= 2 && in[2] >= 2, "max_pool", "needs an image of at least 2x2, got {}",
            in.str());
    return {{in[0], in[1] / 2, in[2] / 2, in[3]}};
  }

 private:
  Var run(Var x, LayerHook*) override { return max_pool(x); }
};

/// y_j = max(x_j, x_(j+d)): [n, 2d] -> [n, d].
class Maxout final : public Layer {
 public:
  using Layer::Layer;
  Inferred infer(const Shape& in) const override {
    require(in.rank() == 2 && in[1] % 2 == 0, "maxout", "needs [n, 2 d], got {}", in.str());
    return {{in[0], in[1] / 2}};
  }

 private:
  Var run(Var x, LayerHook*) override { return maxout(x); }
};

}  // namespace DG_WIDTH
}  // namespace dg
