// L2 normalisation of rows (last line of Table 1; the embedding lies on the unit sphere):
//
//   y = x / |x|,  |x| = sqrt(sum_j x_j^2),  per row of x [..., d].
//
// Backward, per row: dx = (g - y <g, y>) / |x|, the part of g that is tangent to the sphere, scaled.
// A row of zeros has no direction: it stays zero and passes no gradient.
// Numerical care: the sums run in double, so long rows lose nothing, and the square of no float underflows or
// overflows.
#include <cmath>

#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct RowNorm {
  Real* inverse;  // 1 / |x|, or 0 for a row of zeros
  const Real* x;
  std::int64_t d;
  using Fold = Sum<double>;
  DG_FN double map(std::int64_t row, std::int64_t j) const {
    const double v = x[row * d + j];
    return v * v;
  }
  DG_FN void finish(std::int64_t row, double sum) const {
    inverse[row] = sum > 0 ? static_cast<Real>(1 / std::sqrt(sum)) : 0;
  }
};

struct Scale {
  Real* y;
  const Real *x, *inverse;
  std::int64_t d;
  DG_FN void operator()(std::int64_t row, std::int64_t j) const {
    y[row * d + j] = x[row * d + j] * inverse[row];
  }
};

struct RowInner {
  Real* inner;  // <g, y>
  const Real *g, *y;
  std::int64_t d;
  using Fold = Sum<double>;
  DG_FN double map(std::int64_t row, std::int64_t j) const {
    return static_cast<double>(g[row * d + j]) * y[row * d + j];
  }
  DG_FN void finish(std::int64_t row, double sum) const { inner[row] = static_cast<Real>(sum); }
};

struct Tangent {
  Real* dx;
  const Real *g, *y, *inner, *inverse;
  std::int64_t d;
  DG_FN void operator()(std::int64_t row, std::int64_t j) const {
    dx[row * d + j] = (g[row * d + j] - y[row * d + j] * inner[row]) * inverse[row];
  }
};

}  // namespace

Var l2_normalize(const Var& x) {
  require(x.shape().rank() >= 1, "l2_normalize", "x must have at least one axis, got {}", x.shape().str());
  const std::int64_t rows = x.shape().rows(), d = x.shape().columns();
  const Device device = x.device();
  const Tensor y(x.shape(), device), inverse(Shape{rows}, device);
  reduce_rows(device, rows, d, RowNorm{inverse.data(), x.value().data(), d});
  for_each(device, rows, d, Scale{y.data(), x.value().data(), inverse.data(), d});
  return Var::result(y, {x.node()}, [y, inverse, rows, d, device](Tensor g, const Needed&) {
    const Tensor inner(Shape{rows}, device), dx = reuse_or_allocate(g);
    reduce_rows(device, rows, d, RowInner{inner.data(), g.data(), y.data(), d});
    for_each(device, rows, d, Tangent{dx.data(), g.data(), y.data(), inner.data(), inverse.data(), d});
    return Gradients{dx};
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
