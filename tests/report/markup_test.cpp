#include "report/markup.h"

#include <gtest/gtest.h>

#include "tests/report/well_formed.h"

namespace dg::reporting {
namespace {

const std::string evil = "<script>alert(1)</script>&\"'";

TEST(Markup, TextIsEscaped) {
  EXPECT_EQ(Markup(evil).html(), "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;");
  EXPECT_EQ(Markup("Zo\xc3\xab").html(), "Zo\xc3\xab");
  EXPECT_EQ(Markup("\x1b[2J\xff").html(), "\\x1b[2J\\xff");  // as printable() shows them
}

TEST(Markup, ElementsCloseAndTheirAttributesAreEscaped) {
  EXPECT_EQ(element("a", {{"href", "#x"}, {"title", evil}}, Markup{"1 < 2", plain("b", "bold")}).html(),
            "<a href=\"#x\" title=\"&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\">1 &lt; "
            "2<b>bold</b></a>");
  EXPECT_EQ(element("img", {{"alt", ""}}).html(), "<img alt=\"\">");
  EXPECT_EQ(plain("p", {}).html(), "<p></p>");
  Markup all;
  EXPECT_TRUE(all.empty());
  all += "&";
  all += Markup::verbatim("<i></i>");
  EXPECT_EQ(all.html(), "&amp;<i></i>");
}

// The check that other tests rely on.
TEST(Markup, WhatIsMalformedIsSeen) {
  EXPECT_EQ(what_is_malformed("<!doctype html><p a=\"1 > 0\">x<img alt=\"\"></p><style>a<b</style>"), "");
  for (const char* bad : {"<p>", "</p>", "<p></b>", "<b><i></b></i>", "<p", "1 < 2", "<p a=\"<\"></p>",
                          "<p id=\"a\"></p><b id=\"a\"></b>", "<P></P>"})
    EXPECT_NE(what_is_malformed(bad), "") << bad;
}

}  // namespace
}  // namespace dg::reporting
