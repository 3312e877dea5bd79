// A named trainable tensor (or a stored constant) with what the optimiser has to know about it.
#pragma once
#include <limits>
#include <string>

#include "autograd/var.h"

namespace dg {
inline namespace DG_WIDTH {

struct Parameter {
  std::string name;    // path of the layer, e.g. "stage3.block2.conv1.weight"
  Shape shape;         // known before `value` is allocated, so that networks can be counted without memory
  bool decay = false;  // weight decay applies: convolution, fc and classifier weights only
  double floor = -std::numeric_limits<double>::infinity();  // clamped to at least this after each step
  double rate_multiplier = 1;
  bool trainable = true;  // false: stored with the model, never changed by the optimiser (ARFA's k)
  Var value = {};         // a leaf; undefined until the layer is initialised

  /// Allocates the leaf with these numbers.
  void set(Tensor numbers) {
    require(numbers.shape() == shape, "parameter", "{} must be {}, got {}", name, shape.str(),
            numbers.shape().str());
    value = Var(std::move(numbers), trainable);
  }
};

}  // namespace DG_WIDTH
}  // namespace dg
