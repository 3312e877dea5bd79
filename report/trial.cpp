#include "report/trial.h"

#include "recognition/recogniser.h"
#include "training/run/training_data.h"

namespace dg::reporting {
namespace {

std::vector<Recognition> answers(const EmbeddedPhotos& photos, const Embeddings& prototypes,
                                 const std::vector<ClassId>& unanswered) {
  std::vector<Recognition> all = recognise_by_cosine(prototypes, {photos, photos.classes});
  add_unanswered(all, unanswered);
  return all;
}

}  // namespace

Trial try_on_data(const FinishedRun& run, const EvaluateOptions& o) {
  Network network = run.network(o);
  Trial trial;
  trial.data = open_evaluation_data(run, o);
  const PhotoSet& set = trial.data.set;
  PhotoStore store(set, replacement_lists(set, trial.data.split), photo_options(run.config()));
  trial.photos = embed_split(network, store, trial.data.split, {.device = o.device});
  trial.prototypes = trial.photos.prototypes();
  trial.novel = answers(trial.photos.novel, trial.prototypes, trial.photos.unanswered.novel);
  trial.base = answers(trial.photos.base, trial.prototypes, trial.photos.unanswered.base);
  report_broken(store, o.note);
  return trial;
}

}  // namespace dg::reporting
