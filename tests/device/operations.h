// The tables of what each differentiable operation is tried on: forward and all gradients on the device under
// test against the reference. operations_test.cpp demands a row here for every public function of
// autograd/ops.h and autograd/ops/.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "device/parity.h"

namespace dg::test {

struct Input {
  std::string name;
  Shape shape;
  Numbers values;
  Index reduction = 1;    // terms of each number of its gradient
  bool constant = false;  // no gradient is asked for
  double largest = 0;     // of the terms of its gradient, where they cancel
};

struct Operation {
  std::string name;  // of the public function
  std::string what;  // sizes and options
  std::vector<Input> inputs;
  Index reduction = 1;    // terms of each number of the result
  bool products = false;  // contains a matrix product or a convolution
  std::function<Var(const std::vector<Var>&)> run;
};
using Operations = std::vector<Operation>;

/// Normal numbers under a name; each call of the same generator gives others.
inline Input normal_input(Rng& rng, const std::string& name, const Shape& shape, Index reduction = 1) {
  return {name, shape, normal(shape.elements(), rng), reduction};
}
/// Numbers in [low, high).
inline Input uniform_input(Rng& rng, const std::string& name, const Shape& shape, double low, double high,
                           Index reduction = 1) {
  Input in{name, shape, Numbers(static_cast<std::size_t>(shape.elements())), reduction};
  for (float& x : in.values) x = static_cast<float>(rng.uniform(low, high));
  return in;
}
inline Input constant(Input in) {
  in.constant = true;
  return in;
}
/// 0, 7, 14, ... modulo `classes`.
inline std::vector<std::int32_t> some_labels(Index n, Index classes) {
  std::vector<std::int32_t> labels;
  for (Index i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(7 * i % classes));
  return labels;
}

Operations element_operations();  // one number at a time
Operations row_operations();      // sums and searches over rows, columns or everything
Operations product_operations();  // matrix products, convolution, pairs
Operations image_operations();    // pooling
Operations large_operations();    // more than 2^16 rows

}  // namespace dg::test
