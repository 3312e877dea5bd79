// Several runs side by side: each with its own figures, and each after the first with how it differs from
// that.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/run_report.h"

namespace dg::reporting {

struct ReportedRun {
  RunReport run;
  FigureValues differences;  // to the first run, paired; none of the first
  std::string unpaired;  // why they lack the figures that matter; empty where they do not, and of the first
};

using Report = std::vector<ReportedRun>;

/// report_run for each of the `folders`, with the options at its place. Runs with the same photos but other
/// identities to choose from can be compared; the figures tell how many these are. Error unless there are as
/// many options as folders, at least one.
Report make_report(const std::vector<std::filesystem::path>& folders,
                   const std::vector<ReportOptions>& options);

/// All figures of the page, names as printable() shows them (docs/report.md lists the keys). It holds no
/// times of day, so that equal runs give equal bytes.
nlohmann::ordered_json to_json(const Report& report);

/// Names of the keys of metrics that tell whether mining is healthy, and what they mean for people.
struct HealthKey {
  const char* key;
  const char* title;
  bool share;
};
const std::vector<HealthKey>& health_keys();

/// The shares of a step's time by part (tensor/profile.h): the mean over all lines of the metrics. Name and
/// share, in the order of all_parts.
std::vector<std::pair<std::string, double>> profile_of(const MetricsTable& metrics);

}  // namespace dg::reporting
