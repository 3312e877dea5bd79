// An exponential function that the host compiler can vectorise inside functors (a call into the C library
// stops that).
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

#include "tensor/parallel.h"
#include "tensor/real.h"

namespace dg {

/// e^x, for float within 2 units in the last place; NaN stays NaN. Below -87.3, where e^x leaves the normal
/// floats (2^-126), it is 0; above 88.7, just under the largest float (2^128), it is infinity.
/// x = n ln 2 + r with an integer n and |r| <= ln 2 / 2; e^r is the Taylor polynomial of degree 7, and 2^n is
/// written into the exponent bits.
DG_FN float exp_of(float x) {
#ifdef __CUDA_ARCH__
  return expf(x);
#else
  const float clamped = x < -87.3f ? -87.3f : (x > 88.7f ? 88.7f : x);
  // 1.44269504 is 1 / ln 2. Adding 1.5 * 2^23 = 12582912 rounds to the nearest integer: a float of that size
  // has no fraction bits.
  const float shifted = clamped * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  // ln 2 in two parts; the first has so few bits that n times it is exact.
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // 2^n in two factors, because n = 128 alone does not fit the exponent.
  const auto half = static_cast<std::int32_t>(n) / 2, rest = static_cast<std::int32_t>(n) - half;
  const float scaled =
      p * std::bit_cast<float>((half + 127) << 23) * std::bit_cast<float>((rest + 127) << 23);
  const float low = x < -87.3f ? 0.0f : scaled;
  const float high = x > 88.7f ? HUGE_VALF : low;
  return x != x ? x : high;
#endif
}
DG_FN double exp_of(double x) { return std::exp(x); }

}  // namespace dg
