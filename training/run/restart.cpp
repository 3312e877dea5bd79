#include "training/run/restart.h"

#include <algorithm>

#include "interop/atomic_file.h"
#include "interop/whole_file.h"
#include "training/run/run_folder.h"

namespace dg {

bool begins_again(const Config& config, std::int64_t first, std::int64_t now) {
  return config.guard.collapse == OnCollapse::restart && first == 0 && 2 * now <= config.steps;
}

Config gentler(Config config) {
  constexpr double times_lower = 10;
  config.optim.rate /= times_lower;
  config.optim.final_rate = std::min(config.optim.final_rate, config.optim.rate);
  config.guard.collapse = OnCollapse::stop;
  return config;
}

void keep_metrics_of_collapse(const std::filesystem::path& run) {
  const std::string metrics = read_file_text(run / "metrics.jsonl");
  remove_run(run);
  write_file_atomically(run / "metrics-collapsed.jsonl", metrics);
}

}  // namespace dg
