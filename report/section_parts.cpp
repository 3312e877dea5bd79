#include <fmt/format.h>

#include "report/sections.h"
#include "report/svg_chart.h"

namespace dg::reporting {

Markup note(const Markup& text) { return element("p", {{"class", "note"}}, text); }

Markup run_label(const Report& report, std::size_t run) {
  return element("span", {{"class", "run"}},
                 Markup{element("span", {{"class", "swatch " + colour_class(run)}}),
                        element("span", {{"class", "name"}}, report[run].run.name)});
}

Markup table(const std::string& caption, const std::vector<Markup>& header,
             const std::vector<std::vector<Markup>>& rows) {
  Markup head, body;
  for (const Markup& cell : header) head += element("th", {{"scope", "col"}}, cell);
  for (const std::vector<Markup>& row : rows) {
    Markup cells;
    for (std::size_t i = 0; i < row.size(); ++i)
      cells += i == 0 ? element("th", {{"scope", "row"}}, row[i]) : plain("td", row[i]);
    body += plain("tr", cells);
  }
  const Markup all = plain(
      "table", Markup{plain("caption", caption), plain("thead", plain("tr", head)), plain("tbody", body)});
  // Reached by the keyboard too, so that it can be scrolled without a mouse.
  return element("div", {{"class", "scroll"}, {"role", "region"}, {"aria-label", caption}, {"tabindex", "0"}},
                 all);
}

std::vector<Markup> run_header(const Report& report, const Markup& first) {
  std::vector<Markup> header{first};
  for (std::size_t run = 0; run < report.size(); ++run) header.push_back(run_label(report, run));
  return header;
}

Markup figure(const std::string& pointer, const std::string& text) {
  return element("data", {{"data-figure", pointer}}, text);
}

Markup charts(const Markup& all) { return element("div", {{"class", "charts"}}, all); }

std::string points_text(double difference) { return fmt::format("{:+.2f}", 100 * difference); }

std::string percent_text(double share) { return value_text(share, true); }

}  // namespace dg::reporting
