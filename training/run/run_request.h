// What somebody asks of `doppel train`, and what that means: a new run, one that goes on, one that is
// extended.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "training/run/train_run.h"

namespace dg {

struct RunRequest {
  std::filesystem::path data, run;  // empty: not said
  std::optional<std::filesystem::path> recipe;
  std::vector<std::string> settings;          // "section.key=value"
  std::optional<std::filesystem::path> init;  // a checkpoint, or the folder of a run
  bool resume = false;
  std::optional<std::int64_t> extend;  // steps after the end of the schedule
};

/// data, run, config, given, init and resume of the options; the others are as they are by default.
///
/// A new run takes its settings from defaults, recipe, the network of `init` where that is a run, and
/// `settings`; without `run` its folder is next_run_folder(data). A run that is resumed or extended has its
/// settings and its data from its folder; what the recipe and `settings` say must agree with them. Where its
/// folder holds nothing yet, it is a new one. Error or IoError where something is missing; it says what to
/// set.
TrainOptions prepare(const RunRequest& request);

/// `parent`/<name of the data>-<n>, n the first of 1, 2, ... for which there is nothing yet.
std::filesystem::path next_run_folder(const std::filesystem::path& data, const std::filesystem::path& parent);
/// The same in runs/ or, where the working folder is DATA or in it, in a runs/ beside DATA.
std::filesystem::path next_run_folder(const std::filesystem::path& data);

}  // namespace dg
