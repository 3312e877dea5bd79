// Maxout over pairs (Table 1: "fc + maxout, group = 2"; Goodfellow et al. [8]):
//
//   y_j = max(x_j, x_(j+d)),  per row of x [..., 2d] -> y [..., d]; the first wins a tie.
//
// Backward: g_j goes to the winner of pair j, 0 to the other. One byte per pair remembers who won.
#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct MaxoutForward {
  Real* y;
  std::uint8_t* second;  // 1 where x_(j+d) won
  const Real* x;
  std::int64_t d;
  DG_FN void operator()(std::int64_t row, std::int64_t j) const {
    const Real a = x[row * 2 * d + j], b = x[row * 2 * d + d + j];
    const bool b_wins = b > a || b != b;  // a NaN wins, whichever it is, so that it is noticed
    y[row * d + j] = b_wins ? b : a;
    second[row * d + j] = b_wins ? 1 : 0;
  }
};

struct MaxoutBackward {
  Real* dx;
  const Real* g;
  const std::uint8_t* second;
  std::int64_t d;
  DG_FN void operator()(std::int64_t row, std::int64_t j) const {
    const Real up = g[row * d + j];
    const bool b_won = second[row * d + j] != 0;
    dx[row * 2 * d + j] = b_won ? 0 : up;
    dx[row * 2 * d + d + j] = b_won ? up : 0;
  }
};

}  // namespace

Var maxout(const Var& x) {
  const Shape& xs = x.shape();
  require(xs.rank() == 2 && xs[1] % 2 == 0, "maxout", "x must be [rows, 2 d], got {}", xs.str());
  const std::int64_t rows = xs[0], d = xs[1] / 2;
  const Tensor y(Shape{rows, d}, x.device());
  const Array<std::uint8_t> second(rows * d, x.device());
  for_each(x.device(), rows, d, MaxoutForward{y.data(), second.data(), x.value().data(), d});
  return Var::result(y, {x.node()}, [second, rows, d](const Tensor& g, const Needed&) {
    const Tensor dx(Shape{rows, 2 * d}, g.device());
    for_each(g.device(), rows, d, MaxoutBackward{dx.data(), g.data(), second.data(), d});
    return Gradients{dx};
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
