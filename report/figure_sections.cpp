// What the runs can do: in a table with intervals, and as coverage against precision.
#include <fmt/format.h>

#include <algorithm>

#include "report/interval_chart.h"
#include "report/sections.h"
#include "report/svg_chart.h"

namespace dg::reporting {
namespace {

std::string pointer_to(std::size_t run, const char* object, std::size_t figure_kind) {
  return fmt::format("/runs/{}/{}/{}", run, object, all_figures()[figure_kind].name);
}

// "93.12%" and "91.80 to 94.31" below it.
Markup with_interval(const std::string& pointer, const std::optional<BootstrapInterval>& figure_value) {
  if (!figure_value) return "–";
  const auto bound = [](double share) { return fmt::format("{:.2f}", 100 * share); };
  return {figure(pointer + "/value", percent_text(figure_value->value)),
          plain("small", Markup{figure(pointer + "/low", bound(figure_value->low)), " to ",
                                figure(pointer + "/high", bound(figure_value->high))})};
}

Markup difference_cell(const std::string& pointer, const std::optional<BootstrapInterval>& difference) {
  if (!difference) return "–";
  const bool clear = difference->low > 0 || difference->high < 0;
  const Markup cell{figure(pointer + "/value", points_text(difference->value)),
                    plain("small", Markup{figure(pointer + "/low", points_text(difference->low)), " to ",
                                          figure(pointer + "/high", points_text(difference->high))})};
  return clear ? element("span", {{"class", "clear"}}, cell) : cell;
}

bool any_tested(const Report& report) {
  return std::ranges::any_of(report, [](const ReportedRun& r) { return r.run.tested.has_value(); });
}

std::vector<Markup> figure_header(const Markup& first) {
  std::vector<Markup> header{first};
  for (const FigureKind& kind : all_figures()) header.push_back(kind.title);
  return header;
}

// Of the runs, or of their differences to the first.
Markup dots(const Report& report, bool of_differences) {
  std::vector<IntervalRow> rows;
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    IntervalRow& row = rows.emplace_back(IntervalRow{.title = all_figures()[i].title});
    for (const ReportedRun& r : report)
      row.runs.push_back(of_differences ? r.differences[i] : r.run.figures[i]);
  }
  return of_differences ? interval_chart("difference-intervals", "Differences to the first run", rows)
                        : interval_chart("intervals", "Figures with 95% intervals", rows);
}

Markup coverage_chart(const Report& report) {
  Chart drawn{.id = "coverage-chart",
              .title = "Coverage against precision",
              .x_label = "required precision",
              .shares = true,
              .x_shares = true};
  std::size_t points = 0;
  for (std::size_t run = 0; run < report.size(); ++run) {
    ChartSeries& series = drawn.series.emplace_back(ChartSeries{.name = report[run].run.name, .colour = run});
    for (const CurvePoint& point : report[run].run.coverage)
      series.points.emplace_back(point.precision, point.coverage);
    points = std::max(points, series.points.size());
  }
  // Where all runs can answer everything the curves say nothing.
  const auto says_something = [&](std::size_t i) {
    return std::ranges::any_of(drawn.series, [i](const ChartSeries& series) {
      return i < series.points.size() && series.points[i].second < 1;
    });
  };
  std::ptrdiff_t first = 0;
  while (first + 2 < static_cast<std::ptrdiff_t>(points) &&
         !says_something(static_cast<std::size_t>(first) + 1))
    ++first;
  for (ChartSeries& series : drawn.series) {
    if (!series.points.empty()) series.points.erase(series.points.begin(), series.points.begin() + first);
  }
  return chart(drawn);
}

}  // namespace

Section figures_section(const Report& report) {
  Section section{"tables", "Figures", {}};
  if (!any_tested(report)) {
    section.content = note("No run was tried on photos.");
    return section;
  }
  section.content = note(
      "Top-1: the share of photos named rightly. Coverage at a precision: the share of the new people's "
      "photos "
      "that can be answered, most confident first, while so many of the answers are right. Small below each "
      "figure: its 95% bootstrap interval, of 2,000 draws of people with all their photos.");
  std::vector<std::vector<Markup>> rows;
  for (std::size_t run = 0; run < report.size(); ++run) {
    std::vector<Markup>& row = rows.emplace_back(std::vector<Markup>{run_label(report, run)});
    for (std::size_t i = 0; i < figure_kinds; ++i)
      row.push_back(with_interval(pointer_to(run, "figures", i), report[run].run.figures[i]));
  }
  section.content += table("Figures with intervals", figure_header("run"), rows);
  if (report.size() == 1) return section;
  section.content += plain("h3", Markup{"Difference to ", run_label(report, 0)});
  section.content += note(
      "In percentage points, on the same test photos. The interval is paired: both runs are measured on "
      "the "
      "same draws, so that what is hard for both cancels. Bold: the interval does not contain 0.");
  rows.clear();
  for (std::size_t run = 1; run < report.size(); ++run) {
    std::vector<Markup>& row = rows.emplace_back(std::vector<Markup>{run_label(report, run)});
    for (std::size_t i = 0; i < figure_kinds; ++i)
      row.push_back(difference_cell(pointer_to(run, "differences_to_first", i), report[run].differences[i]));
  }
  section.content += table("Differences to the first run", figure_header("run"), rows);
  return section;
}

Section coverage_section(const Report& report) {
  Section section{"coverage", "Coverage and intervals", {}};
  if (!any_tested(report)) {
    section.content = note("No run was tried on photos.");
    return section;
  }
  section.content = Markup{
      note(
          "How many of the new people's photos can be answered, if so large a share of the answers has to be "
          "right: the paper's measure, at every precision. The legend has the coverage where no answer may "
          "be "
          "wrong. Beside it the figures of the tables, each with its interval as a line."),
      charts({coverage_chart(report), dots(report, false), dots(report, true)})};
  return section;
}

}  // namespace dg::reporting
