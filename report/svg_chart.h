// Charts as inline SVG, in the colours of the page's style sheet: one line for each series, axes with ticks
// at round numbers, and a title and a description for those who do not see it.
#pragma once
#include <string>
#include <vector>

#include "report/curves.h"
#include "report/markup.h"

namespace dg::reporting {

/// A line. Its colour is that of its number on the page (series_colours of them, then dashed).
struct ChartSeries {
  std::string name;
  Points points;
  std::size_t colour = 0;
};

inline constexpr std::size_t series_colours = 8;

struct Chart {
  std::string id;  // unique on the page, of letters, digits and "-"
  std::string title, x_label;
  bool shares = false;    // values are shares, and shown as percentages
  bool x_shares = false;  // so is x
  std::vector<ChartSeries> series;
};

/// The figure with its caption: the title and, where there are several series, a legend with each one's last
/// value. Nothing where no series has a point. More than 600 points of a series are thinned.
Markup chart(const Chart& chart);

/// "chart colour-2", with "dashed" from the ninth on: the classes of a line, a mark or a legend's swatch.
std::string colour_class(std::size_t colour);

/// A tick's text: as many decimals as the distance between ticks needs, thousands with commas.
std::string tick_text(double value, double distance, bool share);

/// For people: four significant digits, or a percentage with two decimals.
std::string value_text(double value, bool share);

}  // namespace dg::reporting
