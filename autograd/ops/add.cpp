// Addition, with broadcast of a bias:
//
//   y = x + b,  b of the shape of x, or b [c] added to every row of x [..., c].
//
// Backward: dx = g; db = g, or the sum of g over all rows.
#include "autograd/ops.h"
#include "autograd/ops/column_sum.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct AddRows {
  Real* y;
  const Real *x, *b;
  std::int64_t cols, b_stride;  // b_stride: 0 for a bias, cols for a full operand
  DG_FN void operator()(std::int64_t row, std::int64_t c) const {
    y[row * cols + c] = x[row * cols + c] + b[row * b_stride + c];
  }
};

}  // namespace

Var add(Var x, const Var& b) {
  const std::int64_t rows = x.shape().rows(), cols = x.shape().columns();
  const bool broadcast = b.shape() != x.shape();
  require(!broadcast || b.shape() == Shape{cols}, "add",
          "operands must have equal shapes or the second be [{}], got {} and {}", cols, x.shape().str(),
          b.shape().str());
  std::vector<NodePtr> parents{x.node(), b.node()};
  const Tensor in = std::move(x).take();
  const Tensor y = reuse_or_allocate(in);
  for_each(y.device(), rows, cols,
           AddRows{y.data(), in.data(), b.value().data(), cols, broadcast ? 0 : cols});
  return Var::result(y, std::move(parents), [broadcast](Tensor g, const Needed& needed) {
    Tensor db;
    if (needed[1]) db = broadcast ? column_sum(g) : g;
    return Gradients{needed[0] ? g : Tensor(), db};
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
