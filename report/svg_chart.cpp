#include "report/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "interop/number_text.h"

namespace dg::reporting {
namespace {

// In units of the picture, which is as wide as the screen of a telephone has pixels: there it is shown at its
// own size, and its letters can be read.
constexpr double width = 360, height = 240, left = 50, right = 18, top = 10, bottom = 38;
constexpr std::size_t most_points = 600;
constexpr std::size_t few_points = 40;  // each gets a mark: of so few, one may stand alone

// From values to the picture.
struct Axis {
  std::vector<double> ticks;
  double low, high;  // the values at both ends
  double from, to;   // the ends in the picture

  // One that ends with ticks, or one that ends with the values and has the ticks that lie between.
  enum class Ends { ticks, values };

  Axis(double lowest, double highest, int most, Ends ends, double begin, double end)
      : ticks(round_ticks(lowest, highest, most)),
        low(ticks.front()),
        high(ticks.back()),
        from(begin),
        to(end) {
    if (ends == Ends::ticks || lowest == highest) return;
    low = lowest;
    high = highest;
    const double rounding = 1e-9 * (high - low);
    std::erase_if(ticks, [&](double tick) { return tick < low - rounding || tick > high + rounding; });
  }

  double place(double value) const { return from + (value - low) / (high - low) * (to - from); }
  std::string text(double tick, bool share) const {
    return tick_text(tick, ticks.size() < 2 ? (high - low) / 4 : ticks[1] - ticks[0], share);
  }
};

struct Range {
  double low = INFINITY, high = -INFINITY;
  void add(double v) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
};

std::string coordinate(double v) { return fmt::format("{:.1f}", v); }

Markup svg_text(double x, double y, const char* anchor, const Markup& text) {
  return element("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"text-anchor", anchor}}, text);
}

Markup grid(const Axis& x, const Axis& y, const Chart& chart) {
  std::string lines;
  Markup texts;
  for (const double tick : y.ticks) {
    lines += fmt::format("M{:.1f} {:.1f}H{:.1f}", left, y.place(tick), width - right);
    texts += svg_text(left - 6, y.place(tick) + 4, "end", y.text(tick, chart.shares));
  }
  for (const double tick : x.ticks) {
    lines += fmt::format("M{:.1f} {:.1f}v4", x.place(tick), height - bottom);
    texts += svg_text(x.place(tick), height - bottom + 17, "middle", x.text(tick, chart.x_shares));
  }
  texts += svg_text((left + width - right) / 2, height - 4, "middle", chart.x_label);
  return {element("path", {{"class", "grid"}, {"d", lines}}), texts};
}

Markup line(const ChartSeries& series, const Axis& x, const Axis& y) {
  std::string points;
  Markup marks;
  for (const auto& [px, py] : series.points) {
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x.place(px), y.place(py));
    if (series.points.size() <= few_points) {
      marks += element("circle", {{"class", "mark " + colour_class(series.colour)},
                                  {"cx", coordinate(x.place(px))},
                                  {"cy", coordinate(y.place(py))},
                                  {"r", "2.5"}});
    }
  }
  return {element("polyline", {{"class", "line " + colour_class(series.colour)}, {"points", points}}), marks};
}

// What the chart shows, in words.
std::string description(const Chart& chart) {
  std::string text;
  for (const ChartSeries& series : chart.series) {
    if (series.points.empty()) continue;
    text += fmt::format("{}{}: from {} at {} {} to {} at {}", text.empty() ? "" : "; ", series.name,
                        value_text(series.points.front().second, chart.shares), chart.x_label,
                        tick_text(series.points.front().first, 1, chart.x_shares),
                        value_text(series.points.back().second, chart.shares),
                        tick_text(series.points.back().first, 1, chart.x_shares));
  }
  return text;
}

Markup legend(const Chart& chart) {
  Markup entries;
  for (const ChartSeries& series : chart.series) {
    if (series.points.empty()) continue;
    entries += plain("li", {element("span", {{"class", "swatch " + colour_class(series.colour)}}),
                            element("span", {{"class", "name"}}, series.name), " ",
                            plain("b", value_text(series.points.back().second, chart.shares))});
  }
  return element("ul", {{"class", "legend"}}, entries);
}

}  // namespace

Markup chart(const Chart& asked) {
  Chart chart = asked;
  Range x_range, y_range;
  for (ChartSeries& series : chart.series) {
    std::erase_if(series.points, [](const auto& point) {
      return !(std::abs(point.first) <= largest_drawn && std::abs(point.second) <= largest_drawn);
    });
    series.points = thinned(series.points, most_points);
    for (const auto& [x, y] : series.points) {
      x_range.add(x);
      y_range.add(y);
    }
  }
  if (x_range.low > x_range.high) return {};
  const Axis x(x_range.low, x_range.high, 4, Axis::Ends::values, left, width - right),
      y(y_range.low, y_range.high, 5, Axis::Ends::ticks, height - bottom, top);
  Markup lines;
  for (const ChartSeries& series : chart.series) lines += line(series, x, y);
  const std::string title = chart.id + "-title", text = chart.id + "-text";
  const Markup svg =
      element("svg",
              {{"viewBox", fmt::format("0 0 {} {}", width, height)},
               {"role", "img"},
               {"aria-labelledby", title + " " + text}},
              Markup{element("title", {{"id", title}}, chart.title),
                     element("desc", {{"id", text}}, description(chart)), grid(x, y, chart), lines});
  return element("figure", {{"class", "chart"}},
                 Markup{plain("figcaption", Markup{plain("strong", chart.title), legend(chart)}), svg});
}

std::string colour_class(std::size_t colour) {
  return fmt::format("colour-{}{}", colour % series_colours, colour < series_colours ? "" : " dashed");
}

std::string tick_text(double value, double distance, bool share) {
  if (share) return tick_text(100 * value, 100 * distance, false) + "%";
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(distance) + 1e-9)));
  if (decimals > 4) return fmt::format("{:.1e}", value);
  return grouped(fmt::format("{:.{}f}", value + 0.0, decimals));
}

std::string value_text(double value, bool share) {
  return share ? fmt::format("{:.2f}%", 100 * value) : fmt::format("{:.4g}", value);
}

}  // namespace dg::reporting
