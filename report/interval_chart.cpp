#include "report/interval_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_chart.h"

namespace dg::reporting {
namespace {

// In the units of the other charts.
constexpr double width = 360, left = 122, right = 16, top = 8, of_a_run = 13, gap = 9, below = 26;

// Everything that is drawn: figures and the ends of their intervals.
std::vector<double> numbers(const std::vector<IntervalRow>& rows) {
  std::vector<double> all;
  for (const IntervalRow& row : rows) {
    for (const auto& figure : row.runs) {
      if (figure) all.insert(all.end(), {figure->value, figure->low, figure->high});
    }
  }
  return all;
}

}  // namespace

Markup interval_chart(const std::string& id, const std::string& title, const std::vector<IntervalRow>& rows) {
  const std::vector<double> values = numbers(rows);
  if (values.empty()) return {};
  const std::vector<double> ticks =
      round_ticks(*std::ranges::min_element(values), *std::ranges::max_element(values), 4);
  const auto place = [&](double value) {
    return left + (value - ticks.front()) / (ticks.back() - ticks.front()) * (width - left - right);
  };
  double y = top;
  Markup marks;
  std::string words;
  for (const IntervalRow& row : rows) {
    const double middle = y + of_a_run * static_cast<double>(row.runs.size()) / 2;
    marks += element("text",
                     {{"x", fmt::format("{:.1f}", left - 8)},
                      {"y", fmt::format("{:.1f}", middle + 4)},
                      {"text-anchor", "end"}},
                     row.title);
    for (std::size_t run = 0; run < row.runs.size(); ++run, y += of_a_run) {
      const auto& figure = row.runs[run];
      if (!figure) continue;
      const double at = y + of_a_run / 2;
      words += fmt::format("{}{}, run {}: {}", words.empty() ? "" : "; ", row.title, run + 1,
                           value_text(figure->value, true));
      marks += element(
          "path", {{"class", "line " + colour_class(run)},
                   {"d", fmt::format("M{:.1f} {:.1f}H{:.1f}", place(figure->low), at, place(figure->high))}});
      marks += element("circle", {{"class", "mark " + colour_class(run)},
                                  {"cx", fmt::format("{:.1f}", place(figure->value))},
                                  {"cy", fmt::format("{:.1f}", at)},
                                  {"r", "4"}});
    }
    y += gap;
  }
  std::string lines;
  Markup texts;
  for (const double tick : ticks) {
    lines += fmt::format("M{:.1f} {}V{:.1f}", place(tick), top, y);
    texts += element("text",
                     {{"x", fmt::format("{:.1f}", place(tick))},
                      {"y", fmt::format("{:.1f}", y + 16)},
                      {"text-anchor", "middle"}},
                     tick_text(tick, ticks[1] - ticks[0], true));
  }
  const Markup svg = element(
      "svg",
      {{"viewBox", fmt::format("0 0 {} {:.0f}", width, y + below)},
       {"role", "img"},
       {"aria-labelledby", id + "-title " + id + "-text"}},
      Markup{element("title", {{"id", id + "-title"}}, title), element("desc", {{"id", id + "-text"}}, words),
             element("path", {{"class", "grid"}, {"d", lines}}), texts, marks});
  return element("figure", {{"class", "chart"}}, Markup{plain("figcaption", plain("strong", title)), svg});
}

}  // namespace dg::reporting
