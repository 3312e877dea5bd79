// A run whose embedding collapsed begins again, once, more gently (guard.collapse = "restart").
#pragma once
#include <filesystem>

#include "training/config/config.h"

namespace dg {

/// Whether that is what `config` asks for and a run that began at step `first` and collapsed at step `now`
/// can do: later than in the first half of the schedule, or after a resume, there is too much to lose, and
/// the run stops.
bool begins_again(const Config& config, std::int64_t first, std::int64_t now);

/// The same run with a tenth of optim.rate, which stops where it collapses a second time.
Config gentler(Config config);

/// Leaves of the run its metrics, as RUN/metrics-collapsed.jsonl, and nothing else that a new one would be
/// hindered by: what a collapsed run has learnt is of no use, how it collapsed may be. IoError as remove_run.
void keep_metrics_of_collapse(const std::filesystem::path& run);

}  // namespace dg
