// ARFA, Adaptive Rational Fraction Activation (section 4.2.2, eq. 1):
//
//   y = k x            for x > 0
//   y = k x / (a - x)  for x <= 0
//
// x [..., c]; a [c], one number per channel, trained; k, one number per layer, not trained. a > 0 and k > 0.
//
// Backward, from the output alone. For x <= 0: y (a - x) = k x gives x = a y / (k + y), hence
//   a - x = a k / (k + y),
//   dy/dx =  k a / (a - x)^2 = (k + y)^2 / (k a),
//   dy/da = -k x / (a - x)^2 = -y (k + y) / (k a).
// For x > 0: dy/dx = k, dy/da = 0. Since y > 0 exactly when x > 0, the input is never needed again: the
// operation works in place and keeps only y, which halves the activation memory. On x <= 0, y lies in (-k,
// 0], so k + y > 0. Numerical care: for x -> -inf, k + y cancels, and dy/dx -> 0 is off by about k eps / a in
// absolute terms: harmless.
#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct ArfaForward {
  Real* y;
  const Real *x, *a;
  Real k;
  std::int64_t channels;
  DG_FN void operator()(std::int64_t row, std::int64_t c) const {
    const Real in = x[row * channels + c], linear = k * in;
    y[row * channels + c] = in > 0 ? linear : linear / (a[c] - in);
  }
};

// One pass for both gradients: writes dx, sums da over the rows.
struct ArfaBackward {
  Real* dx;  // null when not needed
  Real* da;
  const Real *g, *y, *a;
  Real k;
  std::int64_t channels;
  using Fold = Sum<Real>;
  DG_FN Real map(std::int64_t row, std::int64_t c) const {
    const std::int64_t i = row * channels + c;
    const Real up = g[i], out = y[i], sum = k + out, scaled = up * sum / (k * a[c]);
    if (dx != nullptr) dx[i] = out > 0 ? up * k : scaled * sum;
    return out > 0 ? 0 : -scaled * out;
  }
  DG_FN void finish(std::int64_t c, Real sum) const {
    if (da != nullptr) da[c] = sum;
  }
};

}  // namespace

Var arfa(Var x, const Var& a, Real k) {
  const std::int64_t channels = x.shape().columns(), rows = x.shape().rows();
  require(x.shape().rank() >= 1 && a.shape() == Shape{channels}, "arfa", "a must be [{}] for x {}, got {}",
          channels, x.shape().str(), a.shape().str());
  require(k > 0, "arfa", "k must be > 0, got {}", k);
  std::vector<NodePtr> parents{x.node(), a.node()};
  Tensor in = std::move(x).take();
  const Tensor y = reuse_or_allocate(in);
  for_each(y.device(), rows, channels, ArfaForward{y.data(), in.data(), a.value().data(), k, channels});
  in = Tensor();
  return Var::result(
      y, std::move(parents), [y, av = a.value(), k, rows, channels](Tensor g, const Needed& needed) {
        const Tensor dx = needed[0] ? reuse_or_allocate(g) : Tensor();
        const Tensor da = needed[1] ? Tensor(av.shape(), av.device()) : Tensor();
        reduce_columns(g.device(), rows, channels,
                       ArfaBackward{dx.data(), da.data(), g.data(), y.data(), av.data(), k, channels});
        return Gradients{dx, da};
      });
}

}  // namespace DG_WIDTH
}  // namespace dg
