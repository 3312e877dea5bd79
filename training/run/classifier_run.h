// doppel classifier RUN DATA: classifier learning (section 4.2.8) on a finished run.
//
//   RUN/classifier.safetensors   the classifier over base and novel identities
//   RUN/classifier.json          its figures beside those of the plain prototypes
#pragma once
#include "evaluation/one_shot.h"
#include "training/run/finished_run.h"

namespace dg {

/// The same test photos, recognised three times.
struct ClassifierRunResult {
  OneShotResult prototypes;  // nearest prototype, confidence = cosine (section 4.2.5)
  OneShotResult start;       // the classifier at iteration 0: the same classes, confidence = probability
  OneShotResult learnt;      // the classifier after learning
  std::int64_t iterations = 0;
  double first_loss = 0, last_loss = 0;  // means of the first and last 50 batches
  double alpha_start = 0, alpha = 0;
  double seconds = 0;  // of learning alone
};

/// Whether classifier learning may have this key otherwise than the run: classifier.* and seed.
bool is_classifier_key(const std::string& key);

/// Learns, writes both files and returns the figures. `settings`, "section.key=value", go over the run's. The
/// run's own split is used: base identities are those it trained on, and DATA must hold them all; all others
/// are novel, each with one enrolled photo. Of a dataset.toml the development set is recognised. Errors: base
/// identities that DATA lacks (named), settings of other sections (named), fewer identities than
/// classifier.batch, no test photo.
ClassifierRunResult learn_on_run(const std::filesystem::path& run, const EvaluateOptions& options,
                                 const std::vector<std::string>& settings = {});

/// {"prototypes": {...}, "start": {...}, "classifier": {...}} as the one-shot JSON, "iterations",
/// "loss_first", "loss_last", "alpha_start", "alpha". It holds no times, so that equal runs give equal files.
nlohmann::ordered_json to_json(const ClassifierRunResult& result);

}  // namespace dg
