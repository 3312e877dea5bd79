// Evaluation of several finished runs as one: the mean of their cosines (Table 3) or of their classifiers'
// probabilities (Table 6).
#pragma once
#include "training/run/evaluate_run.h"

namespace dg {

struct EnsembleOptions {
  std::vector<std::filesystem::path> runs;  // one or more
  std::filesystem::path data;               // a class folder or a dataset.toml
  HeldOut held_out = HeldOut::development;  // of a dataset.toml
  bool classifier = false;                  // RUN/classifier.safetensors of each, instead of prototypes
  std::string checkpoint = "last";          // "last", "best" or a file
  Device device = Device::cpu;
  std::function<void(const std::string&)> note = [](const std::string&) {};
};

/// The one-shot protocol. Runs may differ in network, input size and embedding size. Errors: runs that were
/// trained on other identities or hold out another number of base photos (named), a set without truth, a
/// classifier that was learnt on another checkpoint or on other identities than DATA's (named).
OneShotResult evaluate_ensemble(const EnsembleOptions& options);

}  // namespace dg
