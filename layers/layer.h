// A layer owns names and parameters, never mathematics (that is in autograd/ops/).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "layers/parameter.h"
#include "tensor/rng.h"

namespace dg {
inline namespace DG_WIDTH {

/// Sees the inner values of a network during one forward pass, in forward order (LSUV is such a hook).
class LayerHook {
 public:
  virtual ~LayerHook() = default;
  /// After a convolution or a fully connected layer: `output` is its result before any activation. The hook
  /// may rescale both in place.
  virtual void after_linear(Parameter& weight, Var& output) = 0;
  /// Before an ARFA activation with the parameters `a` and `k`: the hook may set `k`.
  virtual void before_arfa(const Parameter& a, Parameter& k, const Var& input) = 0;
};

/// What shape inference says of a layer.
struct Inferred {
  Shape output;
  std::int64_t macs = 0;  // multiply-accumulates of one forward pass
};

class Layer {
 public:
  explicit Layer(std::string name) : name_(std::move(name)) {}
  virtual ~Layer() = default;
  /// The layer's path, e.g. "stage3.block2.conv1". The names of its parameters start with it.
  const std::string& name() const { return name_; }
  /// The layer's result. `hook`, if any, is called on the way.
  Var forward(Var x, LayerHook* hook = nullptr) { return run(std::move(x), hook); }
  /// By inference alone, for an input of shape `in`: nothing is allocated. Throws Error when it does not fit.
  virtual Inferred infer(const Shape& in) const = 0;
  /// Allocates the parameters on `device`: orthonormal weights, zero biases, ARFA's a = k = 1. Random numbers
  /// are drawn in the order of parameters().
  void initialise(Rng& rng, Device device = Device::cpu);
  /// All parameters in a fixed order: the layer's own, then those of each child.
  std::vector<Parameter*> parameters();

 private:
  virtual Var run(Var x, LayerHook* hook) = 0;
  virtual void initialise_own(Rng& /*rng*/, Device /*device*/) {}
  virtual std::vector<Parameter*> own_parameters() { return {}; }
  /// The layers that this one is made of.
  virtual std::vector<Layer*> children() { return {}; }

  std::string name_;
};

}  // namespace DG_WIDTH
}  // namespace dg
