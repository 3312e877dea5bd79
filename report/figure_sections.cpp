// What the runs are and what they can do: in words, in a table with intervals, as coverage against precision.
#include <fmt/format.h>

#include <algorithm>

#include "report/interval_chart.h"
#include "report/sections.h"
#include "report/svg_chart.h"
#include "training/config/losses.h"
#include "training/run/run_log.h"

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

std::string sampling_words(const Config& config) {
  const auto& s = config.sampling;
  const bool all_random = s.fixed() && s.random_classes == s.fixed_classes();
  if (s.method == SamplingMethod::hard_class) return "Hard class sampling";
  if (s.method == SamplingMethod::class_graph) return "Class graph sampling";
  if (s.method == SamplingMethod::random || all_random) return "Random sampling";
  if (!s.fixed()) return fmt::format("Doppelganger sampling, {} random people a batch", s.random_classes);
  return fmt::format("Doppelganger sampling, {} of {} people of a batch at random", s.random_classes,
                     s.fixed_classes());
}

std::string loss_words(const Config& config) {
  std::string words;
  for (const LossPart& part : loss_parts(config, 1)) {
    if (part.weight != 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : " + ", part.weight, part.loss->name());
  }
  return words;
}

std::string what_it_is(const RunReport& run) {
  std::string words =
      fmt::format("{}; loss {}; {} of {} steps of {} photos", sampling_words(run.config),
                  loss_words(run.config), run.steps, run.config.steps, run.config.sampling.batch);
  if (run.seconds > 0) words += fmt::format(" in about {}", duration(run.seconds));
  if (run.tested) words += fmt::format("; {} people trained on", run.tested->base_identities);
  return words + ".";
}

std::string range_words(const BootstrapInterval& figure_value) {
  return fmt::format("95% interval {:.1f} to {:.1f}", 100 * figure_value.low, 100 * figure_value.high);
}

std::string broken_words(const TestedPhotos& photos) {
  return photos.broken() == 0 ? "" : fmt::format(", {} of them broken and not answered", photos.broken());
}

// What it can do, as a sentence for each kind of test photos.
std::string what_it_can_do(const RunReport& run) {
  if (!run.tested) return fmt::format("It was not tried on photos: {}.", run.untested);
  const Tested& tested = *run.tested;
  std::string words;
  if (const auto& top1 = run.figures[0], &coverage = run.figures[3]; top1) {
    words += fmt::format(
        "{} people are new to it and enrolled with one photo each. Of {} other photos of them{} it names "
        "{:.1f}% "
        "rightly ({}), among {} people to choose from. Where 99% of the answers have to be right, it answers "
        "{:.1f}% ({}). ",
        tested.novel_identities, tested.novel.answers.size(), broken_words(tested.novel), 100 * top1->value,
        range_words(*top1), tested.identities, 100 * coverage->value, range_words(*coverage));
  } else {
    words += "There are no photos of new people to test on. ";
  }
  if (const auto& base = run.figures[5]) {
    words += fmt::format(
        "Of {} held-out photos of people that it was trained on{} it names {:.1f}% rightly ({}).",
        tested.base.answers.size(), broken_words(tested.base), 100 * base->value, range_words(*base));
  }
  return words;
}

std::string against_the_first(const Report& report, std::size_t run) {
  if (run == 0) return "";
  const ReportedRun& reported = report[run];
  if (!reported.unpaired.empty())
    return fmt::format("It cannot be compared with {}: {}.", report[0].run.name, reported.unpaired);
  std::string words =
      fmt::format("Against {} on the same photos, in points of a percent: ", report[0].run.name);
  bool first = true;
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    const auto& d = reported.differences[i];
    if (!d || i == 1 || i == 2 || i == 4) continue;  // all are in the table
    words += fmt::format("{}{} {} ({} to {}{})", first ? "" : ", ", all_figures()[i].title,
                         points_text(d->value), points_text(d->low), points_text(d->high),
                         d->low > 0 || d->high < 0 ? "" : ", which may be chance");
    first = false;
  }
  return words + ".";
}

Markup tile(const char* title, const std::optional<BootstrapInterval>& figure_value) {
  if (!figure_value) return {};
  return plain("li",
               Markup{plain("span", title), plain("b", fmt::format("{:.1f}%", 100 * figure_value->value)),
                      plain("small", fmt::format("{:.1f} to {:.1f}", 100 * figure_value->low,
                                                 100 * figure_value->high))});
}

Markup summary_of(const Report& report, std::size_t run) {
  const RunReport& r = report[run].run;
  Markup content = plain("h3", run_label(report, run));
  if (r.tested) {
    content += element("ul", {{"class", "tiles"}},
                       Markup{tile("new people", r.figures[0]), tile("answered at 99%", r.figures[3]),
                              tile("known people", r.figures[5])});
  }
  for (const std::string& words : {what_it_is(r), what_it_can_do(r), against_the_first(report, run)}) {
    if (!words.empty()) content += plain("p", words);
  }
  if (r.metrics.damaged_lines > 0)
    content +=
        plain("p", fmt::format("{} lines of its metrics are damaged and left out.", r.metrics.damaged_lines));
  return element("article", {{"class", "card"}}, content);
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

Section summary_section(const Report& report) {
  Markup cards;
  for (std::size_t run = 0; run < report.size(); ++run) cards += summary_of(report, run);
  return {"summary", "Summary", element("div", {{"class", "cards wide"}}, cards)};
}

Section figures_section(const Report& report) {
  Section section{"figures", "Figures", {}};
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
      "In points of a percent, on the same test photos. The interval is paired: both runs are measured on "
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
