#include "training/run/resume.h"

#include "interop/paths.h"
#include "interop/system_error.h"
#include "tensor/check.h"
#include "training/run/run_checks.h"
#include "training/run/run_folder.h"

namespace dg {

namespace fs = std::filesystem;

std::optional<Resumed> load_newest_checkpoint(const fs::path& run, const Config& config, Trainer& trainer) {
  Resumed resumed;
  const auto loads = [&resumed](const auto& load) {
    try {
      load();
      return true;
    } catch (const Unavailable&) {  // the file may be good
      throw;
    } catch (const IoError& e) {
      resumed.passed_over += fmt::format("passed over: {}\n", e.what());
      return false;
    }
  };
  const fs::path best = best_checkpoint(run);
  std::vector<fs::path> candidates = step_checkpoints(run);
  if (path_exists(best))
    loads([&] {
      insert_by_step(candidates, best);
      stored_network(best, config,
                     Device::cpu);  // a score counts only if an evaluation could use its network
      resumed.best_step = checkpoint_step(best);
      resumed.best = best_score(best);
    });
  while (!candidates.empty() && !loads([&] {
    // First, because other settings may also mean tensors of other shapes.
    refuse_other_settings(candidates.back(), stored_config(candidates.back()), config);
    resumed.state = load_checkpoint(candidates.back(), trainer);
  }))
    candidates.pop_back();
  if (candidates.empty()) {
    require(resumed.passed_over.empty(), "train",
            "no checkpoint of {} can be resumed from; another --run folder begins anew\n{}", run.string(),
            resumed.passed_over);
    return std::nullopt;
  }
  resumed.checkpoint = candidates.back();
  return resumed;
}

}  // namespace dg
