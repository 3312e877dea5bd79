// Sum and mean of all elements -> a scalar (rank 0). Backward: g, or g / n, everywhere. The sum runs in
// double.
#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct ScaledSum {
  Real* out;
  const Real* x;
  double factor;
  using Fold = Sum<double>;
  DG_FN double map(std::int64_t, std::int64_t i) const { return x[i]; }
  DG_FN void finish(std::int64_t, double total) const { *out = static_cast<Real>(total * factor); }
};

struct Spread {
  Real* dx;
  const Real* g;
  double factor;
  DG_FN void operator()(std::int64_t i) const { dx[i] = static_cast<Real>(*g * factor); }
};

Var scaled_sum(const Var& x, double factor) {
  const Tensor y(Shape{}, x.device());
  reduce_rows(x.device(), 1, x.value().size(), ScaledSum{y.data(), x.value().data(), factor});
  return Var::result(y, {x.node()}, [shape = x.shape(), factor](const Tensor& g, const Needed&) {
    const Tensor dx(shape, g.device());
    for_each(g.device(), dx.size(), Spread{dx.data(), g.data(), factor});
    return Gradients{dx};
  });
}

}  // namespace

Var sum(const Var& x) { return scaled_sum(x, 1); }

Var mean(const Var& x) {
  require(x.value().size() > 0, "mean", "x must have at least one element, got {}", x.shape().str());
  return scaled_sum(x, 1.0 / static_cast<double>(x.value().size()));
}

}  // namespace DG_WIDTH
}  // namespace dg
