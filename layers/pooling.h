// Layers without parameters: 2x2 max pooling, maxout over pairs, L2 normalisation.
#pragma once
#include "autograd/ops.h"
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

class ParameterFreeLayer : public Layer {
 public:
  void initialise(Rng&, Device) override {}
  std::vector<Parameter*> parameters() override { return {}; }
};

/// 2x2 max pooling, stride 2; an odd last row or column is dropped.
class MaxPool final : public ParameterFreeLayer {
 public:
  Var forward(Var x, LayerHook* = nullptr) override { return max_pool(x); }
  Shape infer(const Shape& in, std::int64_t&) const override {
    require(in.rank() == 4 && in[1] >= 2 && in[2] >= 2, "max_pool", "needs an image of at least 2x2, got {}",
            in.str());
    return {in[0], in[1] / 2, in[2] / 2, in[3]};
  }
};

/// y_j = max(x_j, x_(j+d)): [n, 2d] -> [n, d].
class Maxout final : public ParameterFreeLayer {
 public:
  Var forward(Var x, LayerHook* = nullptr) override { return maxout(x); }
  Shape infer(const Shape& in, std::int64_t&) const override {
    require(in.rank() == 2 && in[1] % 2 == 0, "maxout", "needs [n, 2 d], got {}", in.str());
    return {in[0], in[1] / 2};
  }
};

/// Rows scaled to length 1.
class L2Normalize final : public ParameterFreeLayer {
 public:
  Var forward(Var x, LayerHook* = nullptr) override { return l2_normalize(x); }
  Shape infer(const Shape& in, std::int64_t&) const override { return in; }
};

}  // namespace DG_WIDTH
}  // namespace dg
