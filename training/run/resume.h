// Where a run that was stopped goes on.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "training/checkpoint.h"

namespace dg {

struct Resumed {
  std::filesystem::path checkpoint;  // the file whose state the trainer has now
  RunState state;
  std::optional<BestScore> best;  // of RUN's best checkpoint, where there is one
  std::int64_t best_step = 0;
  std::string passed_over;  // a line for each file that could not be read
};

/// Loads the newest good checkpoint of RUN, the best one included, into a fresh trainer. Empty where RUN has
/// no checkpoint. Error where it has some and none can be read, or where one is of other settings: what is
/// there is never begun anew, because its metrics and what it has learnt would be gone.
std::optional<Resumed> load_newest_checkpoint(const std::filesystem::path& run, const Config& config,
                                              Trainer& trainer);

}  // namespace dg
