// The same numbers under another shape. Backward: g under the shape of x. Nothing is copied; the buffer is
// shared.
#include "autograd/ops.h"

namespace dg {
inline namespace DG_WIDTH {

Var reshape(Var x, const Shape& shape) {
  std::vector<NodePtr> parents{x.node()};
  const Shape before = x.shape();
  return Var::result(std::move(x).take().reshape(shape), std::move(parents),
                     [before](const Tensor& g, const Needed&) { return Gradients{g.reshape(before)}; });
}

}  // namespace DG_WIDTH
}  // namespace dg
