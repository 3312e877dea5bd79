#include "report/course.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace dg::reporting {
namespace {

constexpr const char* recent_violating = "negative_violating_recent";

using Series = std::vector<std::pair<double, double>>;

// Of a run whose version did not write the mean itself.
double mean_of_last_steps(const Series& series, std::int64_t steps) {
  constexpr double recent = 500;  // as many as those versions took, whatever the schedule
  double sum = 0, count = 0;
  for (const auto& [step, value] : series) {
    if (step <= static_cast<double>(steps) - recent) continue;
    sum += value;
    ++count;
  }
  return sum / std::max(1.0, count);
}

std::optional<double> at_step(const Series& series, double step) {
  const auto found =
      std::find_if(series.rbegin(), series.rend(), [&](const auto& p) { return p.first <= step; });
  return found == series.rend() ? std::nullopt : std::optional(found->second);
}

// The mean over the recent steps (run_metrics.h) of the loss that has prototypes; of the loss itself in a run
// without one.
Series prototype_loss(const MetricsTable& metrics) {
  const auto key = std::ranges::find_if(
      metrics.keys, [](const std::string& k) { return k.ends_with("_recent") && k != recent_violating; });
  return metrics.series(key == metrics.keys.end() ? "loss" : *key);
}

// Photos behind a score of a class folder: all but the one that enrols, or those that were held out.
std::int64_t tested_photos(const IdentityTable& identities, bool novel, std::int64_t held_out) {
  std::int64_t photos = 0;
  for (const IdentityTable::Row& row : identities.rows) {
    if (row.base != novel) photos += novel ? std::max<std::int64_t>(0, row.photos.photos - 1) : held_out;
  }
  return photos;
}

}  // namespace

TrainingFigures course_of(const RunReport& run, const IdentityTable& identities) {
  const MetricsTable& metrics = run.metrics;
  const Config::Sampling& s = run.config.sampling;
  const Series loss = prototype_loss(metrics);
  std::int64_t photos = 0;
  TrainingFigures f{
      .step = run.steps,
      .steps = run.config.steps,
      .prototype_loss = loss.empty() ? 0 : loss.back().second,
      .negative_cosine = metrics.last("negative_cosine").value_or(0),
      .input_bound = metrics.last("input_bound").value_or(0),
      .base_top1 = metrics.last("base_top1"),
      .mines = s.method != SamplingMethod::random && !(s.fixed() && s.random_classes >= s.fixed_classes())};
  for (const IdentityTable::Row& row : identities.rows) {
    if (!row.base) continue;
    ++f.classes;
    photos += std::max<std::int64_t>(1, row.photos.photos - run.config.data.base_test_photos);
  }
  f.photos_of_each = static_cast<double>(photos) / static_cast<double>(std::max<std::int64_t>(1, f.classes));
  if (run.config.loss.margin > 0) {
    f.violating = metrics.last(recent_violating);
    if (!f.violating) f.violating = mean_of_last_steps(metrics.series("negative_violating"), run.steps);
  }
  for (const std::string score : {"pairs_accuracy", "novel_top1", "base_top1"}) {
    const Series scores = metrics.series(score);
    if (scores.empty()) continue;
    f.score = scores.back().second;
    // How many pairs there were is not in the run: then no fall of their accuracy is called one.
    if (score != "pairs_accuracy")
      f.tested = tested_photos(identities, score == "novel_top1", run.config.data.base_test_photos);
    for (std::size_t i = 0; i + 1 < scores.size(); ++i)
      f.best_score = std::max(f.best_score.value_or(0), scores[i].second);
    if (scores.size() > 1) f.loss_before = at_step(loss, scores[scores.size() - 2].first);
    break;
  }
  return f;
}

std::string course_words(const RunReport& run, const IdentityTable& identities) {
  if (run.metrics.series("loss").empty()) return "";
  const TrainingFigures f = course_of(run, identities);
  std::string words = describe(judge(f), f);
  if (run.config.loss.l2_softmax > 0 && f.score && identities.has_photos) words += ". " + advice_on_mining(f);
  return words;
}

}  // namespace dg::reporting
