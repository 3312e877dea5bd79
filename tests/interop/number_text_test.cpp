#include "interop/number_text.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Grouped, HasACommaBeforeEveryThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-1234), "-1,234");
  EXPECT_EQ(grouped(-123), "-123");
}

TEST(Grouped, DigitsAfterThePointStayTogether) {
  EXPECT_EQ(grouped(std::string("1234.5678")), "1,234.5678");
  EXPECT_EQ(grouped(std::string("-123.4567")), "-123.4567");
}

TEST(Percent, HasTwoDigitsAndNoExponent) {
  EXPECT_EQ(percent(0), "0%");
  EXPECT_EQ(percent(0.000123), "0.012%");
  EXPECT_EQ(percent(0.025), "2.5%");
  EXPECT_EQ(percent(0.333), "33%");
  EXPECT_EQ(percent(0.9951), "100%");
  EXPECT_EQ(percent(1), "100%");
}

}  // namespace
}  // namespace dg
