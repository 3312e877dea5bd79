// What `doppel report` and `doppel compare` share: their runs and the data on which these are tried.
#pragma once
#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "apps/options.h"
#include "report/run_report.h"

namespace dg {

/// RUN..., --data, --checkpoint, --known-names, --device and --threads.
class ReportedRuns {
 public:
  void add(CLI::App& command, int least, int most);

  /// Sets the number of threads, and says how each of `folders()` is to be tried; with `brief` nothing is
  /// noted that is as it should be. Error where there are several --data, but not one for each run, or a file
  /// as
  /// --checkpoint for several runs.
  std::vector<reporting::ReportOptions> options(bool brief) const;
  std::vector<std::filesystem::path> folders() const { return {folders_.begin(), folders_.end()}; }

 private:
  std::vector<std::string> folders_, data_;
  std::string checkpoint_ = best_or_last;
  KnownBy known_by_ = KnownBy::photos;
  DeviceOption device_;
  int threads_ = 0;
};

}  // namespace dg
