#include "report/svg_chart.h"

#include <gtest/gtest.h>

#include <regex>

#include "error_text.h"
#include "report/interval_chart.h"
#include "tests/report/count.h"
#include "tests/report/well_formed.h"

namespace dg::reporting {
namespace {

// The points of the first line, in the units of the picture.
Points first_line(const std::string& svg) {
  static const std::regex list("<polyline[^>]* points=\"([^\"]*)\""), pair("([-0-9.]+),([-0-9.]+)");
  std::smatch match;
  Points points;
  if (!std::regex_search(svg, match, list)) return points;
  const std::string text = match[1];
  for (std::sregex_iterator i(text.begin(), text.end(), pair), end; i != end; ++i)
    points.emplace_back(std::stod((*i)[1]), std::stod((*i)[2]));
  return points;
}

TEST(Chart, HasALineForEachSeriesAxesALegendAndATitle) {
  const Chart drawn{
      .id = "c1",
      .title = "Loss & <more>",
      .x_label = "step",
      .series = {{"<one>", {{0, 1}, {500, 3}, {1000, 2}}, 0}, {"two", {{0, 2}, {1000, 1.5}}, 9}}};
  const std::string html = chart(drawn).html();
  EXPECT_EQ(what_is_malformed(html), "");
  EXPECT_EQ(count(html, "<polyline"), 2u);
  EXPECT_TRUE(contains(html, "class=\"line colour-0\""));
  EXPECT_TRUE(contains(html, "class=\"line colour-1 dashed\""));
  EXPECT_TRUE(contains(html, "<title id=\"c1-title\">Loss &amp; &lt;more&gt;</title>"));
  EXPECT_TRUE(contains(html, "aria-labelledby=\"c1-title c1-text\""));
  EXPECT_TRUE(
      contains(html, "&lt;one&gt;: from 1 at step 0 to 2 at 1,000; two: from 2 at step 0 to 1.5 at 1,000"));
  EXPECT_TRUE(contains(html, "<span class=\"name\">&lt;one&gt;</span> <b>2</b>"));
  for (const char* tick : {">1.0<", ">1.5<", ">3.0<", ">500<", ">1,000<"})
    EXPECT_TRUE(contains(html, tick)) << tick;
}

// Three points: the ends of the x axis, and y in proportion between the outer ticks.
TEST(Chart, PointsAreWhereTheirValuesSay) {
  const Points line =
      first_line(chart({.id = "c", .x_label = "x", .series = {{"s", {{10, 0}, {20, 5}, {30, 10}}}}}).html());
  ASSERT_EQ(line.size(), 3u);
  EXPECT_NEAR(line[1].first, (line[0].first + line[2].first) / 2, 0.11);
  EXPECT_NEAR(line[1].second, (line[0].second + line[2].second) / 2, 0.11);
  EXPECT_LT(line[2].second, line[0].second) << "y grows downwards in the picture";
  EXPECT_EQ(line[0].first, 50);
  EXPECT_EQ(line[2].first, 342);
}

TEST(Chart, ManyPointsAreThinned) {
  Points points;
  for (int i = 0; i < 20'000; ++i) points.emplace_back(i, i == 7777 ? 100 : i % 7);
  const std::string html = chart({.id = "c", .x_label = "x", .series = {{"s", points}}}).html();
  const Points line = first_line(html);
  EXPECT_LE(line.size(), 600u);
  EXPECT_GT(line.size(), 500u);
  EXPECT_EQ(std::ranges::min(line, {}, &std::pair<double, double>::second).second, 10)
      << "the peak is at the top";
  EXPECT_EQ(count(html, "<circle"), 0u);
}

TEST(Chart, OfNothingIsNothing) {
  EXPECT_TRUE(chart({.id = "c", .series = {{"s", {}}}}).empty());
  EXPECT_TRUE(interval_chart("i", "t", {{"row", {std::nullopt}}}).empty());
}

TEST(Chart, NumbersThatAreTooLargeAreNotDrawn) {
  const std::string html = chart({.id = "c",
                                  .x_label = "x",
                                  .series = {{"s", {{0, 1e308}, {1, -1e308}, {2, 1}, {3, 2}, {1e301, 1}}}}})
                               .html();
  EXPECT_EQ(first_line(html).size(), 2u);
  EXPECT_EQ(what_is_malformed(html), "");
}

TEST(Chart, OnePointIsAMark) {
  const std::string html = chart({.id = "c", .x_label = "x", .series = {{"s", {{100, 0.5}}}}}).html();
  EXPECT_EQ(what_is_malformed(html), "");
  EXPECT_EQ(count(html, "<circle"), 1u);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("inf"), std::string::npos);
}

TEST(Chart, NumbersForPeople) {
  EXPECT_EQ(tick_text(16000, 4000, false), "16,000");
  EXPECT_EQ(tick_text(-1234567, 1, false), "-1,234,567");
  EXPECT_EQ(tick_text(0.05, 0.01, false), "0.05");
  EXPECT_EQ(tick_text(1e-6, 1e-6, false), "1.0e-06");
  EXPECT_EQ(tick_text(0.2, 0.1, true), "20%");
  EXPECT_EQ(tick_text(0.025, 0.005, true), "2.5%");
  EXPECT_EQ(tick_text(0.985, 0.005, true), "98.5%");
  EXPECT_EQ(value_text(0.93123, true), "93.12%");
  EXPECT_EQ(value_text(1234.56, false), "1235");
}

TEST(IntervalChart, HasADotAndAWhiskerForEachFigure) {
  const std::string html =
      interval_chart("i", "Figures",
                     {{"a <b>", {{{0.5, 0.25, 0.75}}, std::nullopt}}, {"c", {{{0.1, 0, 0.2}}, {{1, 1, 1}}}}})
          .html();
  EXPECT_EQ(what_is_malformed(html), "");
  EXPECT_EQ(count(html, "<circle"), 3u);
  EXPECT_EQ(count(html, "class=\"line colour-"), 3u);
  EXPECT_TRUE(contains(html, "a &lt;b&gt;, run 1: 50.00%; c, run 1: 10.00%; c, run 2: 100.00%"));
  // The axis goes from 0 to 100%: a figure of 50% with an interval of 25 to 75% is in its middle.
  static const std::regex whisker("M([0-9.]+) [0-9.]+H([0-9.]+)"), dot("cx=\"([0-9.]+)\"");
  std::smatch line, mark;
  ASSERT_TRUE(std::regex_search(html, line, whisker) && std::regex_search(html, mark, dot));
  EXPECT_NEAR(std::stod(mark[1]), (122 + 344) / 2.0, 0.06);
  EXPECT_NEAR(std::stod(line[1]), 122 + 0.25 * 222, 0.06);
  EXPECT_NEAR(std::stod(line[2]), 122 + 0.75 * 222, 0.06);
}

}  // namespace
}  // namespace dg::reporting
