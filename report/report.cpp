#include "report/report.h"

#include "interop/utf8.h"
#include "report/settings_table.h"
#include "tensor/check.h"
#include "tensor/profile.h"

namespace dg::reporting {
namespace {

using Json = nlohmann::ordered_json;

Json pair_json(const PicturePair& pair, const char* first, const char* second) {
  return {{first, printable(pair.first.identity)},
          {second, printable(pair.second.identity)},
          {"cosine", pair.cosine}};
}

Json look_alikes_json(const LookAlikePictures& look_alikes) {
  Json pairs = Json::array();
  for (const PicturePair& pair : look_alikes.closest) {
    pairs.push_back(pair_json(pair, "identity", "doppelganger"));
    pairs.back()["mutual"] = pair.mutual;
  }
  return {{"from", look_alikes.mined ? "list" : "prototypes"},
          {"identities", look_alikes.identities},
          {"with_doppelganger", look_alikes.with_doppelganger},
          {"mutual", look_alikes.mutual},
          {"closest", pairs}};
}

Json mistakes_json(const std::vector<PictureOfMistake>& mistakes) {
  Json all = Json::array();
  for (const PictureOfMistake& mistake : mistakes) {
    all.push_back({{"photo", printable(mistake.photo.photo)},
                   {"identity", printable(mistake.truth.identity)},
                   {"taken_for", printable(mistake.taken_for.identity)},
                   {"cosine", mistake.cosine}});
  }
  return all;
}

// What there is only where the network was tried on photos.
void add_test(Json& json, const RunReport& run) {
  const Tested& tested = *run.tested;
  json["test"] = {{"novel_photos", tested.novel.answers.size()},
                  {"novel_broken", tested.novel.broken()},
                  {"novel_identities", tested.novel_identities},
                  {"base_photos", tested.base.answers.size()},
                  {"base_broken", tested.base.broken()},
                  {"base_identities", tested.base_identities},
                  {"identities", tested.identities}};
  json["figures"] = to_json(run.figures);
  Json& curve = json["coverage_curve"] = Json::array();
  for (const CurvePoint& point : run.coverage) curve.push_back({point.precision, point.coverage});
  json["look_alikes"] = look_alikes_json(run.look_alikes);
  json["mistakes"] = mistakes_json(run.mistakes);
  Json& candidates = json["merge_candidates"] = Json::array();
  for (const PicturePair& pair : run.merge_candidates)
    candidates.push_back(pair_json(pair, "first", "second"));
}

Json run_json(const ReportedRun& reported, bool first) {
  const RunReport& run = reported.run;
  Json json{{"run", printable(run.name)},
            {"steps", run.steps},
            {"steps_planned", run.config.steps},
            {"seconds", run.seconds},
            {"metrics_lines", run.metrics.rows.size()},
            {"damaged_metrics_lines", run.metrics.damaged_lines},
            {"course", run.course}};
  Json& last = json["last_metrics"] = Json::object();
  for (const std::string& key : run.metrics.keys) {
    if (const std::optional<double> value = run.metrics.last(key); value && key != "step")
      last[printable(key)] = *value;
  }
  Json& profile = json["profile"] = Json::object();
  for (const auto& [part, share] : profile_of(run.metrics)) profile[part] = share;
  if (!run.untested.empty()) json["untested"] = printable(run.untested);
  if (run.tested) {
    json["checkpoint"] = printable(run.checkpoint);
    json["checkpoint_step"] = run.checkpoint_step;
    json["data"] = printable(run.data);
    add_test(json, run);
  }
  if (!first) {
    json["differences_to_first"] = to_json(reported.differences);
    if (!reported.unpaired.empty()) json["unpaired"] = reported.unpaired;
  }
  return json;
}

}  // namespace

Report make_report(const std::vector<std::filesystem::path>& folders,
                   const std::vector<ReportOptions>& options) {
  require(!folders.empty() && folders.size() == options.size(), "report",
          "there must be a run, and options for each, got {} runs and {} options", folders.size(),
          options.size());
  Report report;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    ReportedRun& reported = report.emplace_back();
    reported.run = report_run(folders[i], options[i]);
    if (i == 0) continue;
    const RunReport& first = report[0].run;
    if (first.tested && reported.run.tested) {
      reported.differences = differences(*first.tested, *reported.run.tested);
      reported.unpaired = why_not_paired(*first.tested, *reported.run.tested);
    } else {
      reported.unpaired =
          fmt::format("the {} run was not tried on photos", first.tested ? "second" : "first");
    }
  }
  return report;
}

nlohmann::ordered_json to_json(const Report& report) {
  const BootstrapOptions interval = figure_interval(all_figures()[0]);
  Json json{{"level", interval.level}, {"resamples", interval.resamples}, {"resampled", "identities"}};
  Json& runs = json["runs"] = Json::array();
  std::vector<Config> configs;
  for (std::size_t i = 0; i < report.size(); ++i) {
    runs.push_back(run_json(report[i], i == 0));
    configs.push_back(report[i].run.config);
  }
  Json& settings = json["settings_that_differ"] = Json::object();
  for (const SettingOfRuns& setting : settings_that_differ(configs)) settings[setting.key] = setting.values;
  return json;
}

const std::vector<HealthKey>& health_keys() {
  static const std::vector<HealthKey> keys{
      {"list_filled", "Identities with a doppelganger", true},
      {"list_changed", "Entries that changed since the line before", true},
      {"in_degree_max", "Identities whose doppelganger is the commonest one", false},
      {"in_degree_gini", "Gini coefficient of the in-degrees", false},
      {"distinct_classes_1000", "Different identities in the last 1,000 steps", false}};
  return keys;
}

std::vector<std::pair<std::string, double>> profile_of(const MetricsTable& metrics) {
  std::vector<std::pair<std::string, double>> parts;
  for (const Part part : all_parts) {
    const auto series = metrics.series(fmt::format("time_{}", name(part)));
    double sum = 0;
    for (const auto& [step, share] : series) sum += share;
    if (!series.empty()) parts.emplace_back(name(part), sum / static_cast<double>(series.size()));
  }
  return parts;
}

}  // namespace dg::reporting
