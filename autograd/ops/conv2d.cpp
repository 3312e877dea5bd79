// 2-d convolution (cross-correlation) with stride, zero padding and dilation (Table 1; dilation d spreads the
// filter's positions d pixels apart, Yu and Koltun [48]):
//
//   y[n, p, q, k] = bias[k] + sum_{r, s, c} x[n, p*stride - pad + r*d, q*stride - pad + s*d, c] w[k, r, s, c]
//
// x [n, h, w, c]; w [k, r, s, c]; bias [k] or undefined; y [n, h', w', k] with h' = (h + 2 pad - d (r - 1) -
// 1) / stride + 1. Backward: y is linear in x and in w; dx and dw are the adjoints of these two maps, applied
// to g, and dbias is the sum of g over images and pixels. The three passes are the backend's
// (tensor/backend.h); this file checks shapes and keeps x and w.
#include "autograd/ops.h"
#include "autograd/ops/column_sum.h"

namespace dg {
inline namespace DG_WIDTH {

ConvGeometry Conv2dOptions::geometry(const Shape& x, const Shape& w) const {
  return {.n = x[0],
          .h = x[1],
          .w = x[2],
          .c = x[3],
          .k = w[0],
          .r = w[1],
          .s = w[2],
          .stride = stride,
          .pad = pad,
          .dilation = dilation};
}

Var conv2d(const Var& x, const Var& w, const Var& bias, const Conv2dOptions& o) {
  const Shape &xs = x.shape(), &ws = w.shape();
  require(xs.rank() == 4, "conv2d", "x must be [n, h, w, c], got {}", xs.str());
  require(ws.rank() == 4 && ws[3] == xs[3], "conv2d", "weight must be [out, height, width, {}], got {}",
          xs[3], ws.str());
  require(!bias.defined() || bias.shape() == Shape{ws[0]}, "conv2d", "bias must be [{}], got {}", ws[0],
          bias.shape().str());
  require(o.stride >= 1 && o.pad >= 0 && o.dilation >= 1, "conv2d",
          "stride and dilation must be >= 1 and pad >= 0, got stride {}, dilation {}, pad {}", o.stride,
          o.dilation, o.pad);
  const ConvGeometry geometry = o.geometry(xs, ws);
  require(xs[1] + 2 * o.pad > o.dilation * (ws[1] - 1) && xs[2] + 2 * o.pad > o.dilation * (ws[2] - 1),
          "conv2d", "image {} with pad {} is smaller than the filter {} with dilation {}", xs.str(), o.pad,
          ws.str(), o.dilation);
  const Tensor y(Shape{xs[0], geometry.out_h(), geometry.out_w(), ws[0]}, x.device());
  backend(x.device())
      .conv_forward(geometry, x.value().data(), w.value().data(),
                    bias.defined() ? bias.value().data() : nullptr, y.data());
  profile_mark(Part::forward);
  return Var::result(y, {x.node(), w.node(), bias.node()},
                     [x = x.value(), w = w.value(), geometry](const Tensor& g, const Needed& needed) {
                       Gradients d(3);
                       Backend& device = backend(g.device());
                       if (needed[0]) {
                         d[0] = Tensor(x.shape(), x.device());
                         device.conv_backward_input(geometry, g.data(), w.data(), d[0].data());
                         profile_mark(Part::by_input);
                       }
                       if (needed[1]) {
                         d[1] = Tensor(w.shape(), w.device());
                         device.conv_backward_weight(geometry, x.data(), g.data(), d[1].data());
                         profile_mark(Part::by_weight);
                       }
                       if (needed[2]) d[2] = column_sum(g);
                       return d;
                     });
}

}  // namespace DG_WIDTH
}  // namespace dg
