// Numbers of 16 bits as float, for weights that other programs have saved so.
#pragma once
#include <bit>
#include <cstdint>

namespace dg {

/// A bfloat16 is the upper half of a float.
inline float float_of_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// An IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. Every one is a float exactly.
inline float float_of_f16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, fraction = bits & 0x3FFu;
  const std::uint32_t exponent = (bits >> 10) & 0x1Fu;
  if (exponent == 0) {  // a multiple of 2^-24, zero included
    const float value = static_cast<float>(fraction) * 0x1p-24f;
    return sign == 0 ? value : -value;
  }
  // The exponents 15 and 127 both mean 2^0; the highest of each means infinite or not a number.
  const std::uint32_t wide = exponent == 0x1F ? 0xFFu : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

}  // namespace dg
