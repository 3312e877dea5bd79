#include "interop/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dg {
namespace {

TEST(Half, NumbersOfSixteenBitsAreReadExactly) {
  EXPECT_EQ(float_of_f16(0x3C00), 1.0f);
  EXPECT_EQ(float_of_f16(0xC000), -2.0f);
  EXPECT_EQ(float_of_f16(0x7BFF), 65504.0f);
  EXPECT_EQ(float_of_f16(0x3555), 0.333251953125f);
  EXPECT_EQ(float_of_f16(0x0001), 0x1p-24f);
  EXPECT_EQ(float_of_f16(0x83FF), -0x1.ff8p-15f);
  EXPECT_EQ(float_of_f16(0x0400), 0x1p-14f);
  EXPECT_TRUE(std::signbit(float_of_f16(0x8000)));
  EXPECT_EQ(float_of_f16(0xFC00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(float_of_f16(0x7E00)));
  EXPECT_EQ(float_of_bf16(0x3F80), 1.0f);
  EXPECT_EQ(float_of_bf16(0xC0A0), -5.0f);
  EXPECT_TRUE(std::isnan(float_of_bf16(0x7FC0)));
}

}  // namespace
}  // namespace dg
