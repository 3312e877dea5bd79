// A training run: data + configuration -> run folder.
//
//   RUN/lock             held by the process that writes here
//   RUN/config.toml      the full configuration
//   RUN/data.txt         where the data are
//   RUN/identities.tsv   every identity and its part of the split: base or novel
//   RUN/metrics.jsonl    one line per log.every steps
//   RUN/checkpoints/step-<number>.safetensors (the last checkpoint.keep), best.safetensors (the best of the
//   evaluations), halted-step-<number>.safetensors (see docs/checkpoints.md; never resumed from)
#pragma once
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "data/split.h"
#include "evaluation/one_shot.h"
#include "tensor/device.h"
#include "training/config/config.h"

namespace dg {

struct TrainOptions {
  std::filesystem::path data, run;
  bool named_by_itself = false;  // `run` may get another number, where another training takes it first
  Config config;
  /// The keys that somebody gave a value: the others are made to fit the data (training/config/plan.h).
  /// Empty: `config` is what there is.
  std::optional<std::set<std::string>> given;
  Device device = Device::cpu;
  std::optional<std::int64_t> stop_after;  // end after this many steps in all, though the schedule is longer
  std::optional<std::filesystem::path> init;  // checkpoint whose network weights to start from
  bool extended = false;                      // just now: evaluations without a better one are counted anew
  bool resume = false;  // continue RUN from its newest good checkpoint; from step 0 if there is none
  const std::atomic<bool>* stop = nullptr;          // set from outside: save and return
  std::function<void()> before_steps = [] {};       // called once there is something that `stop` would save
  std::atomic<std::int64_t>* steps_done = nullptr;  // set after every step
  std::FILE* console = stderr;                      // progress and messages

  /// Set by train() itself where it begins again after a collapse.
  struct Restart {
    std::int64_t after = 0;  // steps
    std::string why;
    double rate_before = 0;
  };
  std::optional<Restart> restarted = std::nullopt;
};

struct TrainResult {
  std::filesystem::path run;  // the folder
  std::int64_t steps = 0;     // done
  std::int64_t first = 0;     // done before this sitting
  bool stopped = false;       // by `stop`
  // Means over the recent steps (recent_steps in run_metrics.h): the loss of the first prototype-based part
  // (the L2-Softmax), and the share of violating pairs among the negative ones.
  double prototype_loss = 0, violating_negative = 0;
  std::int64_t distinct_classes = 0, distinct_classes_1000 = 0;  // in a batch: ever; in the last 1,000 steps
  std::vector<ClassId> doppelgangers;   // the final list, by training class; no_class = none
  std::vector<std::string> identities;  // names of the training classes
  double seconds = 0;
};

/// Trains and saves. A new run that fails before there is anything to keep leaves no folder. Where
/// begins_again() (training/run/restart.h) says so after a collapse, the run begins again, once, with a tenth
/// of optim.rate, and the metrics until then are kept in RUN/metrics-collapsed.jsonl. Throws Error (bad
/// settings or data), IoError, or TrainingStopped (by a guard, after a checkpoint is saved).
TrainResult train(const TrainOptions& options);

}  // namespace dg
