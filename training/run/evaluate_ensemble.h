// Evaluation of several finished runs as one: the mean of their cosines (Table 3) or of their classifiers'
// probabilities (Table 6).
#pragma once
#include "evaluation/one_shot.h"
#include "training/run/finished_run.h"

namespace dg {

struct EnsembleOptions {
  HeldOut held_out = HeldOut::development;  // of a dataset.toml
  bool classifier = false;                  // RUN/classifier.safetensors of each, instead of prototypes
};

/// The one-shot protocol by one or more `runs`, each with the same `options`. They may differ in network,
/// input size and embedding size. Errors: runs that were trained on other identities or hold out another
/// number of base photos (named), a set without truth, a classifier that was learnt on another checkpoint or
/// on other identities than DATA's (named).
OneShotResult evaluate_ensemble(const std::vector<std::filesystem::path>& runs,
                                const EvaluateOptions& options, const EnsembleOptions& ensemble = {});

}  // namespace dg
