// The convolutions of the stand-in, in loops over NHWC images and KRSC filters.
#pragma once
#include <cstdint>

namespace dg::standin {

enum class Direction { forward, by_input, by_weight };

/// y[n, p, q, k] = sum_{r, s, c} x[n, p stride - pad + r dilation, q stride - pad + s dilation, c] w[k, r, s,
/// c], and its adjoints in x and in w. [0] is the direction of height, [1] that of width.
struct Convolution {
  Direction direction = Direction::forward;
  std::int64_t n = 0, h = 0, w = 0, c = 0, k = 0, r = 0, s = 0, out_h = 0, out_w = 0;
  std::int64_t pad[2] = {}, stride[2] = {1, 1}, dilation[2] = {1, 1};
  float alpha = 1, beta = 0;
  bool tf32 = false;  // what is multiplied has 10 bits of mantissa

  std::int64_t x_size() const { return n * h * w * c; }
  std::int64_t w_size() const { return k * r * s * c; }
  std::int64_t y_size() const { return n * out_h * out_w * k; }
};

/// output = alpha * convolution of the other two + beta * output; beta == 0 never reads it.
void convolve(const Convolution& g, float* x, float* w, float* y);

}  // namespace dg::standin
