#include "training/run/evaluate_run.h"

#include "recognition/recogniser.h"
#include "training/run/training_data.h"
#include "training/run/verification_pairs.h"

namespace dg {

namespace fs = std::filesystem;

OneShotResult evaluate_one_shot(const fs::path& folder, const EvaluateOptions& o) {
  const FinishedRun run(folder, o.settings);
  Network network = run.network(o);
  const EvaluationData data = open_evaluation_data(run, o);
  PhotoStore store(data.set, replacement_lists(data.set, data.split), photo_options(run.config()));
  OneShotResult result =
      recognise(network, store, data.split, data.family, embedder_options(run.config(), o.device));
  report_broken(store, o.note);
  return result;
}

Verification evaluate_verification(const fs::path& folder, const EvaluateOptions& o, const fs::path& pairs) {
  const FinishedRun run(folder, o.settings);
  Network network = run.network(o);
  VerificationPairs photos(pairs, o.data, run.config());
  const Verification result = photos.score(network, embedder_options(run.config(), o.device));
  if (const std::string broken = photos.broken(); !broken.empty()) o.note(broken);
  return result;
}

}  // namespace dg
