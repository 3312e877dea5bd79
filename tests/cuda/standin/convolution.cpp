#include "tests/cuda/standin/convolution.h"

#include <vector>

#include "tests/cuda/standin/runtime.h"

namespace dg::standin {
namespace {

float dot(const float* a, const float* b, std::int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

void add_scaled(float* to, float factor, const float* from, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) to[i] += factor * from[i];
}

// f(first of x's pixel, tap, first of y's pixel) wherever a tap of the filter meets the image.
template <class F>
void for_each_meeting(const Convolution& g, F f) {
  for (std::int64_t n = 0; n < g.n; ++n) {
    for (std::int64_t p = 0; p < g.out_h; ++p) {
      for (std::int64_t q = 0; q < g.out_w; ++q) {
        for (std::int64_t r = 0; r < g.r; ++r) {
          for (std::int64_t s = 0; s < g.s; ++s) {
            const std::int64_t i = p * g.stride[0] - g.pad[0] + r * g.dilation[0],
                               j = q * g.stride[1] - g.pad[1] + s * g.dilation[1];
            if (i < 0 || i >= g.h || j < 0 || j >= g.w) continue;
            f(((n * g.h + i) * g.w + j) * g.c, r * g.s + s, ((n * g.out_h + p) * g.out_w + q) * g.k);
          }
        }
      }
    }
  }
}

std::vector<float> seen(const float* data, std::int64_t size, bool tf32) {
  std::vector<float> out(data, data + size);
  if (tf32) {
    for (float& value : out) value = to_tf32(value);
  }
  return out;
}

}  // namespace

void convolve(const Convolution& g, float* x, float* w, float* y) {
  const std::int64_t taps = g.r * g.s;
  float* const out = g.direction == Direction::forward ? y : g.direction == Direction::by_input ? x : w;
  const std::int64_t out_size = out == y ? g.y_size() : out == x ? g.x_size() : g.w_size();
  std::vector<float> sum(static_cast<std::size_t>(out_size));
  const auto operand = [&](const float* data, std::int64_t size) {
    return data == out ? std::vector<float>() : seen(data, size, g.tf32);
  };
  const auto xs = operand(x, g.x_size()), ws = operand(w, g.w_size()), ys = operand(y, g.y_size());
  for_each_meeting(g, [&](std::int64_t at_x, std::int64_t tap, std::int64_t at_y) {
    for (std::int64_t k = 0; k < g.k; ++k) {
      const std::int64_t at_w = (k * taps + tap) * g.c;
      switch (g.direction) {
        case Direction::forward:
          sum[at_y + k] += dot(&xs[at_x], &ws[at_w], g.c);
          break;
        case Direction::by_input:
          add_scaled(&sum[at_x], ys[at_y + k], &ws[at_w], g.c);
          break;
        case Direction::by_weight:
          add_scaled(&sum[at_w], ys[at_y + k], &xs[at_x], g.c);
          break;
      }
    }
  });
  for (std::int64_t i = 0; i < out_size; ++i) {
    out[i] = g.alpha * sum[i] + (g.beta == 0 ? 0 : g.beta * out[i]);
  }
}

}  // namespace dg::standin
