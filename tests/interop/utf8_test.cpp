#include "interop/utf8.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Utf8, LongNamesAreCutBetweenLetters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc...");
  EXPECT_EQ(shortened("abäd", 3), "ab...");
}

TEST(Utf8, WhatChangesATerminalIsShownAsBytes) {
  EXPECT_EQ(printable("a b\tc\nd"), "a b\tc\nd");
  EXPECT_EQ(printable("Zo\xc3\xab \xf0\x9f\x98\x80"), "Zo\xc3\xab \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("\x1b[2J\r"), "\\x1b[2J\\x0d");
  EXPECT_EQ(printable(std::string("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
  EXPECT_EQ(printable("\xe9t\xe9"), "\\xe9t\\xe9");  // Latin-1
  EXPECT_EQ(printable("\xc3"), "\\xc3");
}

}  // namespace
}  // namespace dg
