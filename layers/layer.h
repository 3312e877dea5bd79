// A layer owns names and parameters, never mathematics (that is in autograd/ops/).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "layers/parameter.h"
#include "tensor/rng.h"

namespace dg {
inline namespace DG_WIDTH {

class Arfa;

/// Sees a network's inner values during one forward walk, in forward order (LSUV is such a hook).
class LayerHook {
 public:
  virtual ~LayerHook() = default;
  /// After a convolution or fc: `output` = its result before any activation. The hook may rescale both in
  /// place.
  virtual void after_linear(Parameter& weight, Var& output) = 0;
  /// Before an activation: may set its k.
  virtual void before_arfa(Arfa& arfa, const Var& input) = 0;
};

/// One line of a network's description.
struct LayerInfo {
  std::string name;
  Shape output;                 // for a batch of the given size
  std::int64_t parameters = 0;  // trainable numbers
  std::int64_t macs = 0;        // multiply-accumulates of one forward pass over that batch
};

class Layer {
 public:
  virtual ~Layer() = default;
  /// The layer's result. `hook`, if any, is called on the way.
  virtual Var forward(Var x, LayerHook* hook = nullptr) = 0;
  /// Output shape for input shape `in`, by inference alone, with the multiply-accumulates added to `macs`.
  virtual Shape infer(const Shape& in, std::int64_t& macs) const = 0;
  /// Allocates the parameters on `device`: orthonormal weights, zero biases, ARFA's a = k = 1.
  virtual void initialise(Rng& rng, Device device) = 0;
  /// All parameters, in a fixed order.
  virtual std::vector<Parameter*> parameters() = 0;
};

using LayerPtr = std::unique_ptr<Layer>;

}  // namespace DG_WIDTH
}  // namespace dg
