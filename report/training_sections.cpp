// How the runs got there: their curves, where their time went, and whether mining was healthy.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "report/sections.h"
#include "report/svg_chart.h"
#include "training/config/losses.h"

namespace dg::reporting {
namespace {

// A smoothed value is the mean of this share of all lines.
constexpr std::size_t smoothing_share = 20;

struct Curve {
  std::string key, title;
  bool share = false, smooth = false;
};

// A chart of one key of all runs that have it.
Markup curve_chart(const Report& report, const Curve& curve) {
  Chart drawn{.id = "curve-" + curve.key, .title = curve.title, .x_label = "step", .shares = curve.share};
  std::ranges::replace_if(
      drawn.id, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '-');
  for (std::size_t run = 0; run < report.size(); ++run) {
    Points points = report[run].run.metrics.series(curve.key);
    if (curve.smooth && !points.empty())
      points = smoothed(points, std::max<std::size_t>(1, points.size() / smoothing_share));
    drawn.series.push_back({.name = report[run].run.name, .points = std::move(points), .colour = run});
  }
  return chart(drawn);
}

// The parts of the joint loss that any run has, in the order of the first that has them. A part that is off
// is written as 0 all along.
std::vector<Curve> loss_curves(const Report& report) {
  std::vector<Curve> curves{{"loss", "Joint loss", false, true}};
  for (const ReportedRun& reported : report) {
    for (const LossPart& part : loss_parts(reported.run.config, 1)) {
      const std::string key = part.loss->name();
      const auto series = reported.run.metrics.series(key);
      const bool on = std::ranges::any_of(series, [](const auto& point) { return point.second != 0; });
      const bool known = std::ranges::any_of(curves, [&](const Curve& curve) { return curve.key == key; });
      if (on && !known)
        curves.push_back({key, fmt::format("Part {} of the loss, before its weight", key), false, true});
    }
  }
  return curves;
}

bool any_metrics(const Report& report) {
  return std::ranges::any_of(report, [](const ReportedRun& r) { return !r.run.metrics.rows.empty(); });
}

Markup share_bar(double share, std::size_t run, const Markup& text) {
  const double part = std::clamp(share, 0.0, 1.0);
  return {text, element("span", {{"class", "bar " + colour_class(run)}},
                        element("i", {{"style", fmt::format("width:{:.1f}%", 100 * part)}}))};
}

// The names of docs/checkpoints.md in words.
std::string part_words(const std::string& part) {
  if (part == "forward") return "products and convolutions, forward";
  if (part == "by_input") return "their gradients with respect to the input";
  if (part == "by_weight") return "their gradients with respect to the weight";
  if (part == "elementwise") return "all other operations";
  if (part == "head") return "the classifier";
  if (part == "optimiser") return "updating the weights";
  if (part == "loader") return "waiting for photos";
  if (part == "rest") return "everything else";
  return part;
}

}  // namespace

Section curves_section(const Report& report) {
  Section section{"curves", "Curves", {}};
  std::vector<Curve> curves = loss_curves(report);
  const std::vector<Curve> others{
      {"novel_top1", "Novel top-1 at evaluations", true},
      {"coverage_0.99", "Coverage at 99% precision at evaluations", true},
      {"base_top1", "Base top-1 at evaluations", true},
      {"pairs_accuracy", "Accuracy on pairs at evaluations", true},
      {"negative_violating", "Negative pairs that violate the margin", true, true},
      {"gradient_norm", "Norm of all gradients", false, true},
      {"rate", "Learning rate"},
      {"images_per_second", "Images per second"}};
  curves.insert(curves.end(), others.begin(), others.end());
  Markup all;
  for (const Curve& curve : curves) all += curve_chart(report, curve);
  if (all.empty()) {
    section.content = note("There are no metrics.");
    return section;
  }
  section.content = Markup{
      note("From metrics.jsonl of each run; metrics.csv has the same as a table. Losses, violating pairs "
           "and the norm of the gradients are smoothed: each point is the mean of the last twentieth of "
           "all lines. A legend has the last value."),
      charts(all)};
  return section;
}

Section profile_section(const Report& report) {
  Section section{"profile", "Where the time went", {}};
  std::vector<std::string> parts;
  for (const ReportedRun& reported : report) {
    for (const auto& [part, share] : profile_of(reported.run.metrics)) {
      if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
    }
  }
  if (parts.empty()) {
    section.content = note("There are no metrics.");
    return section;
  }
  std::vector<std::vector<Markup>> rows;
  for (const std::string& part : parts) {
    std::vector<Markup>& row = rows.emplace_back(std::vector<Markup>{part_words(part)});
    for (std::size_t run = 0; run < report.size(); ++run) {
      const auto profile = profile_of(report[run].run.metrics);
      const auto found = std::ranges::find(profile, part, &std::pair<std::string, double>::first);
      row.push_back(found == profile.end() ? Markup("–")
                                           : share_bar(found->second, run,
                                                       figure(fmt::format("/runs/{}/profile/{}", run, part),
                                                              percent_text(found->second))));
    }
  }
  std::vector<Markup>& waits = rows.emplace_back(std::vector<Markup>{"input wait, at the end"});
  for (std::size_t run = 0; run < report.size(); ++run) {
    const std::optional<double> wait = report[run].run.metrics.last("input_bound");
    waits.push_back(
        wait ? share_bar(*wait, run,
                         figure(fmt::format("/runs/{}/last_metrics/input_bound", run), percent_text(*wait)))
             : Markup("–"));
  }
  section.content =
      Markup{note("Shares of a step's time, the mean of the steps that were logged. Input wait is the "
                  "share of the whole training that was spent waiting for photos: more of "
                  "data.workers or data.cache_mb can save so much."),
             table("Where the time went", run_header(report, "part of a step"), rows)};
  return section;
}

Section mining_section(const Report& report) {
  Section section{"mining", "Health of mining", {}};
  if (!any_metrics(report)) {
    section.content = note("There are no metrics.");
    return section;
  }
  section.content = note(
      "The list keeps for each identity whom it was last mistaken for. A healthy list fills, keeps changing "
      "while the network learns, and is of many: where few identities are everybody's doppelganger (a Gini "
      "coefficient near 1), they crowd out the others. With another sampling method the list is kept for "
      "comparison only.");
  std::vector<std::vector<Markup>> rows;
  Markup all;
  for (const HealthKey& health : health_keys()) {
    std::vector<Markup>& row = rows.emplace_back(std::vector<Markup>{health.title});
    for (std::size_t run = 0; run < report.size(); ++run) {
      const std::optional<double> last = report[run].run.metrics.last(health.key);
      row.push_back(last ? figure(fmt::format("/runs/{}/last_metrics/{}", run, health.key),
                                  value_text(*last, health.share))
                         : Markup("–"));
    }
    all += curve_chart(report, {health.key, health.title, health.share});
  }
  section.content += table("Health of mining at the end", run_header(report, "at the end"), rows);
  section.content += charts(all);
  return section;
}

}  // namespace dg::reporting
