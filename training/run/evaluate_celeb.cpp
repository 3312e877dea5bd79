#include "training/run/evaluate_celeb.h"

#include <algorithm>

#include "interop/atomic_file.h"
#include "tensor/check.h"
#include "training/run/training_data.h"

namespace dg {

std::string submission_text(std::vector<Prediction> predictions, const CelebTsv& set) {
  std::sort(predictions.begin(), predictions.end(), [&](const Prediction& a, const Prediction& b) {
    return set.rows->line(a.photo) < set.rows->line(b.photo);
  });
  std::string text;
  for (const Prediction& p : predictions) {
    text +=
        fmt::format("{}\t{}\t{}\n", set.rows->line(p.photo), set.photos.classes[p.class_id], p.confidence);
  }
  return text;
}

CelebEvaluation evaluate_celeb(const std::filesystem::path& folder, const EvaluateOptions& o,
                               HeldOut held_out, const std::optional<std::filesystem::path>& submission) {
  const FinishedRun run(folder, o.settings);
  const CelebTsv set = open_celeb_evaluation(run, o, held_out);
  require(set.unlabelled.empty() || submission.has_value(), "evaluate",
          "the test file has no mid column, so there are no figures; --submission FILE writes the answers");
  // Opened before the work, so that a path that cannot be written shows at once.
  std::optional<AtomicFile> file;
  if (submission) file.emplace(*submission);
  Network network = run.network(o);
  PhotoStore store(set.photos, replacement_lists(set.photos, set.split), photo_options(run.config()));
  Recogniser recogniser(network, store, set.split, embedder_options(run.config(), o.device));
  const std::vector<PhotoId> novel_tests = flatten(set.split.novel_test),
                             base_tests = flatten(set.split.base_test);
  std::vector<Prediction> novel = recogniser.recognise(novel_tests), base = recogniser.recognise(base_tests),
                          answers = recogniser.recognise(set.unlabelled);
  CelebEvaluation result;
  if (set.unlabelled.empty()) {
    const auto unseen = [&](std::span<const PhotoId> asked, const std::vector<Prediction>& predictions) {
      std::vector<PhotoId> seen;
      for (const Prediction& p : predictions) seen.push_back(p.photo);
      return identities_unseen(asked, seen, set.photos);
    };
    result.figures =
        score_one_shot(compare(novel, set.photos), compare(base, set.photos), set.photos.classes.size(), {},
                       {.novel = unseen(novel_tests, novel), .base = unseen(base_tests, base)});
  }
  for (const auto* part : {&novel, &base}) answers.insert(answers.end(), part->begin(), part->end());
  result.recognised = static_cast<std::int64_t>(answers.size());
  if (file) {
    file->write(submission_text(std::move(answers), set));
    file->commit();
  }
  report_broken(store, o.note);
  return result;
}

}  // namespace dg
