// Multiplication by one number:
//
//   y = s x,  x of any shape; s a trained scalar (shape [] or [1]), or a constant.
//
// Backward: dx = s g, ds = <g, x>.
// The input is kept for ds when s is trained, so the operation works in place only when it is not.
// Numerical care: <g, x> is summed in double. Used for the scale alpha of the L2-Softmax and lifted
// structured losses (section 4.2.5).
#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct Multiply {
  Real* y;
  const Real* x;
  const Real* s;  // one number, on the device; null: `constant` is used
  Real constant;
  DG_FN void operator()(std::int64_t i) const { y[i] = x[i] * (s != nullptr ? s[0] : constant); }
};

struct Inner {
  Real* out;
  const Real *g, *x;
  using Fold = Sum<double>;
  DG_FN double map(std::int64_t, std::int64_t i) const { return static_cast<double>(g[i]) * x[i]; }
  DG_FN void finish(std::int64_t, double sum) const { out[0] = static_cast<Real>(sum); }
};

}  // namespace

Var scale(Var x, const Var& s) {
  require(s.shape() == Shape{} || s.shape() == Shape{1}, "scale", "s must be one number, [] or [1], got {}",
          s.shape().str());
  std::vector<NodePtr> parents{x.node(), s.node()};
  Tensor in = std::move(x).take();
  const Tensor kept = s.requires_grad() ? in : Tensor();  // an owner: `in` is not overwritten then
  const Tensor y = reuse_or_allocate(in);
  for_each(y.device(), y.size(), Multiply{y.data(), in.data(), s.value().data(), 0});
  return Var::result(y, std::move(parents), [kept, sv = s.value()](Tensor g, const Needed& needed) {
    const Tensor ds = needed[1] ? Tensor(sv.shape(), sv.device()) : Tensor();
    if (needed[1]) reduce_rows(g.device(), 1, g.size(), Inner{ds.data(), g.data(), kept.data()});
    const Tensor dx = needed[0] ? reuse_or_allocate(g) : Tensor();
    if (needed[0]) for_each(g.device(), g.size(), Multiply{dx.data(), g.data(), sv.data(), 0});
    return Gradients{dx, ds};
  });
}

Var scale(Var x, Real s) {
  std::vector<NodePtr> parents{x.node()};
  const Tensor in = std::move(x).take(), y = reuse_or_allocate(in);
  for_each(y.device(), y.size(), Multiply{y.data(), in.data(), nullptr, s});
  return Var::result(y, std::move(parents), [s](Tensor g, const Needed&) {
    const Tensor dx = reuse_or_allocate(g);
    for_each(g.device(), g.size(), Multiply{dx.data(), g.data(), nullptr, s});
    return Gradients{dx};
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
