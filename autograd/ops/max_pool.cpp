// Max pooling (Table 1): the largest value of each window x window patch, per channel, patches `stride`
// apart,
//
//   y[n, p, q, c] = max_{r, s < window} x[n, p*stride + r, q*stride + s, c];
//
// patches that would leave the image are dropped. x [n, h, w, c] -> y [n, (h-window)/stride+1,
// (w-window)/stride+1, c].
// Backward: g goes to the pixel that won; the first wins a tie. `winner` holds its place in the patch, r *
// window + s, for each output. It is int32 and not uint8: with bytes among the floats g++ works on 64
// channels at a time, and 16 channels would not fill one vector. Backward runs per input pixel, so that each
// number of dx has one writer: it takes g from the one patch that may contain the pixel where patches do not
// overlap, and sums over the patches that contain it where they do. Both are free of branches per channel and
// can therefore be vectorised.
#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct Patches {
  std::int64_t h, w, c, out_h, out_w, window, stride;
};

// `fixed` is the window when it is known at compile time (Table 1's 2), else 0.
template <int fixed>
struct MaxPoolForward {
  Real* y;
  std::int32_t* winner;
  const Real* x;
  Patches s;
  DG_FN void operator()(std::int64_t out, std::int64_t c) const {  // out = (n * out_h + p) * out_w + q
    const std::int64_t window = fixed > 0 ? fixed : s.window;
    const std::int64_t q = out % s.out_w, p = out / s.out_w % s.out_h, n = out / (s.out_w * s.out_h);
    const Real* patch = x + ((n * s.h + p * s.stride) * s.w + q * s.stride) * s.c + c;
    Real best = patch[0];
    std::int32_t at = 0;
    for (std::int64_t r = 0; r < window; ++r) {
      for (std::int64_t t = 0; t < window; ++t) {
        const Real v = patch[(r * s.w + t) * s.c];
        const bool wins = v > best || v != v;  // a NaN wins and stays, so that it is noticed
        at = wins ? static_cast<std::int32_t>(r * window + t) : at;
        best = wins ? v : best;
      }
    }
    y[out * s.c + c] = best;
    winner[out * s.c + c] = at;
  }
};

// Patches that do not overlap (window <= stride).
struct MaxPoolBackwardApart {
  Real* dx;
  const Real* g;
  const std::int32_t* winner;
  Patches s;
  DG_FN void operator()(std::int64_t pixel, std::int64_t c) const {  // pixel = (n * h + row) * w + col
    const std::int64_t col = pixel % s.w, row = pixel / s.w % s.h, n = pixel / (s.w * s.h);
    const std::int64_t p = row / s.stride, q = col / s.stride, r = row % s.stride, t = col % s.stride;
    const bool inside = p < s.out_h && q < s.out_w && r < s.window && t < s.window;
    const std::int64_t out = inside ? (n * s.out_h + p) * s.out_w + q : 0;
    const std::int32_t here = inside ? static_cast<std::int32_t>(r * s.window + t) : -1;
    const std::int32_t won = winner[out * s.c + c];
    const Real up = g[out * s.c + c];
    dx[pixel * s.c + c] = won == here ? up : 0;
  }
};

struct MaxPoolBackwardOverlapping {
  Real* dx;
  const Real* g;
  const std::int32_t* winner;
  Patches s;
  DG_FN void operator()(std::int64_t pixel, std::int64_t c) const {
    const std::int64_t col = pixel % s.w, row = pixel / s.w % s.h, n = pixel / (s.w * s.h);
    const std::int64_t p_begin = row < s.window ? 0 : (row - s.window) / s.stride + 1;
    const std::int64_t q_begin = col < s.window ? 0 : (col - s.window) / s.stride + 1;
    Real sum = 0;
    for (std::int64_t p = p_begin; p <= row / s.stride && p < s.out_h; ++p) {
      for (std::int64_t q = q_begin; q <= col / s.stride && q < s.out_w; ++q) {
        const std::int64_t out = ((n * s.out_h + p) * s.out_w + q) * s.c + c;
        const std::int64_t here = (row - p * s.stride) * s.window + (col - q * s.stride);
        sum += winner[out] == here ? g[out] : 0;
      }
    }
    dx[pixel * s.c + c] = sum;
  }
};

}  // namespace

Var max_pool(const Var& x, std::int64_t window, std::int64_t stride) {
  const Shape& xs = x.shape();
  require(xs.rank() == 4, "max_pool", "x must be [n, h, w, c], got {}", xs.str());
  require(window >= 1 && window <= 15 && stride >= 1, "max_pool",
          "window must be 1..15 and stride >= 1, got {} and {}", window, stride);
  require(xs[1] >= window && xs[2] >= window, "max_pool", "image {} is smaller than the window {}", xs.str(),
          window);
  const Patches s{xs[1],  xs[2], xs[3], (xs[1] - window) / stride + 1, (xs[2] - window) / stride + 1,
                  window, stride};
  const Tensor y(Shape{xs[0], s.out_h, s.out_w, xs[3]}, x.device());
  const Array<std::int32_t> winner(y.size(), x.device());
  if (window == 2) {
    for_each(x.device(), y.shape().rows(), s.c,
             MaxPoolForward<2>{y.data(), winner.data(), x.value().data(), s});
  } else {
    for_each(x.device(), y.shape().rows(), s.c,
             MaxPoolForward<0>{y.data(), winner.data(), x.value().data(), s});
  }
  return Var::result(y, {x.node()}, [winner, s, xs](const Tensor& g, const Needed&) {
    const Tensor dx(xs, g.device());
    if (s.window <= s.stride) {
      for_each(g.device(), xs.rows(), s.c, MaxPoolBackwardApart{dx.data(), g.data(), winner.data(), s});
    } else {
      for_each(g.device(), xs.rows(), s.c, MaxPoolBackwardOverlapping{dx.data(), g.data(), winner.data(), s});
    }
    return Gradients{dx};
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
