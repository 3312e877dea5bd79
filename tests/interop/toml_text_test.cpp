#include "interop/toml_text.h"

#include <gtest/gtest.h>

#include "tests/error_text.h"

namespace dg {
namespace {

std::string toml_refusal(const std::string& text) {
  return error_text([&] { check_toml_text(text, "x.toml"); });
}

TEST(TomlText, WhatTomlAllowsPasses) {
  for (const char* text :
       {"", "a = 1\n[b.c]\n\"ä\" = 'ö' # ü\n", "[[ a . 'b c' ]]\r\nx = [\n [1, 2],\n [+3],\n]\n",
        "x = \"\"\"\nä \\\" \"\" [+]\n\"\"\"\n[y]\n", "x = '''\n[+]\n'''", "\xEF\xBB\xBF[a]\n",
        "x = {a = [{b = 1}]}", "x = \"\\\\\"\n[a]"}) {
    EXPECT_EQ(toml_refusal(text), "no error") << text;
  }
}

TEST(TomlText, AByteOutsideOfQuotesIsNamedWithItsLine) {
  EXPECT_EQ(toml_refusal("a = 1\nb = ä\n"),
            "x.toml:2: byte 0xc3 outside of quotes; a key or string with it must be quoted");
  EXPECT_TRUE(contains(toml_refusal("ä = 1"), "x.toml:1: byte 0xc3"));
  EXPECT_TRUE(contains(toml_refusal("a = 'x'\n\xFF"), "x.toml:2: byte 0xff"));
  EXPECT_TRUE(contains(toml_refusal(std::string("a = 1\0", 6)), "byte 0x00"));
}

// The parser would take the string for a part of the value, and letters in it for bytes outside of quotes.
TEST(TomlText, AQuoteInsideAValueIsRefused) {
  for (const char* text :
       {"a = +\"\xce\x90\"", "a = 1'x'", "a = 07:32:\"x\"", "a\"b\" = 1", "a = -\"\"\"x\"\"\""})
    EXPECT_EQ(toml_refusal(text), "x.toml:1: a quote may only begin a key or a value") << text;
  EXPECT_EQ(toml_refusal("a = 1.'x'"), "x.toml:1: a quote may only begin a key or a value");
  EXPECT_EQ(toml_refusal("a = +b./='\xcf\xac'"), "x.toml:1: a second = in one entry");
  EXPECT_EQ(toml_refusal("a = [}"), "x.toml:1: } without its {");
  EXPECT_EQ(toml_refusal("a = {b = [1}"), "x.toml:1: } without its {");
  EXPECT_EQ(toml_refusal("a = 1]"), "x.toml:1: ] without its [");
  EXPECT_EQ(toml_refusal("a = +[\"x\"]"), "x.toml:1: [ may only begin a value");
  EXPECT_EQ(toml_refusal("a = 1{b = 'x'}"), "x.toml:1: { may only begin a value");
  EXPECT_EQ(toml_refusal("a = [1, # '\n  'x', {b = 1, c = \"=\"},\n]\nb = [[1], [2]]\n\n'c' = {}\n"),
            "no error");
  EXPECT_EQ(toml_refusal("a = '''\n=\n'''\nb = 1\n"), "no error");
  EXPECT_EQ(toml_refusal("a.\"b\" = [\"c\",'d', {e=\"f\"}]\n\"g\".h='i'"), "no error");
}

// A parser that takes another view of where a string ends would get what the scan took for quoted text.
TEST(TomlText, AStringOfThreeQuotesMayEndWithFive) {
  for (const char* text : {R"(x = ["""a"""", """ä"""])", "x = ['''a''''', 'ä']"})
    EXPECT_EQ(toml_refusal(text), "no error") << text;
  EXPECT_TRUE(contains(toml_refusal("x = [\"\"\"a\"\"\"\", \"\"\"\"\"\"]\nä = 1\n"), "x.toml:2: byte 0xc3"));
}

TEST(TomlText, BytesThatAreNoUtf8AreRefusedEverywhere) {
  for (const std::string text : {"\xFF", "\xC3", "\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                                 "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_TRUE(contains(toml_refusal("a = 1\nb = '" + text + "'\n"), "x.toml:2: byte 0x")) << text;
    EXPECT_TRUE(contains(toml_refusal("a = 1 # " + text), "x.toml:1: byte 0x")) << text;
  }
  EXPECT_EQ(toml_refusal("a = 'ä€😀\xF4\x8F\xBF\xBF'"), "no error");
}

TEST(TomlText, AHeaderWithoutAKeyIsRefused) {
  for (const char* text : {"\xEF\xBB\xBF[{", "\xEF\xBB\xBF [ {"})
    EXPECT_EQ(toml_refusal(text), "x.toml:1: a table header must hold a key, as in [section]");
  for (const char* text : {"\n[+]", "\n[]", "\n[[+]]", "\n [ + ]", "\n[a.+]", "\n[", "\n[a=1]"})
    EXPECT_EQ(toml_refusal(text), "x.toml:2: a table header must hold a key, as in [section]") << text;
}

TEST(TomlText, AKeyOfVeryManyPartsIsRefused) {
  const auto key = [](int parts, const std::string& part) {
    std::string text = part;
    for (int i = 1; i < parts; ++i) text += " . " + part;
    return text;
  };
  for (const std::string part : {"a", "'a'"}) {
    EXPECT_EQ(toml_refusal(key(64, part) + " = 1\n[" + key(64, part) + "]\n"), "no error");
    EXPECT_EQ(toml_refusal("\n" + key(65, part) + " = 1"), "x.toml:2: a key has more than 64 parts");
    EXPECT_EQ(toml_refusal("\n[" + key(65, part) + "]"), "x.toml:2: a key has more than 64 parts");
    EXPECT_EQ(toml_refusal("x = [{" + key(65, part) + " = 1}]"), "x.toml:1: a key has more than 64 parts");
  }
  std::string numbers = "x = [0.5";
  for (int i = 0; i < 100; ++i) numbers += ", 0.5";
  EXPECT_EQ(toml_refusal(numbers + "]"), "no error");
}

TEST(TomlText, AVeryLongLineIsRefused) {
  EXPECT_EQ(toml_refusal(std::string(longest_toml_line, 'a')), "no error");
  EXPECT_EQ(toml_refusal("\n" + std::string(longest_toml_line + 1, 'a')),
            "x.toml:2: the line has more than 65536 bytes");
}

}  // namespace
}  // namespace dg
