#include "training/run/restart.h"

#include <algorithm>

#include "interop/atomic_file.h"
#include "interop/whole_file.h"
#include "training/run/run_folder.h"

namespace dg {

Config gentler(Config config) {
  constexpr double lower = 0.1;
  config.optim.rate *= lower;
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
