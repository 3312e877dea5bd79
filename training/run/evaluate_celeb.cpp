#include "training/run/evaluate_celeb.h"

#include <algorithm>

#include "interop/atomic_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

void refuse_trained_novel(const std::filesystem::path& run, const CelebTsv& set) {
  const std::set<std::string> trained = trained_identities(run);
  for (const ClassId c : set.split.novel_classes) {
    require(!trained.contains(set.photos.classes[c]), "evaluate",
            "novel identities must be new to the network, but {} was trained on {}", run.string(),
            set.photos.classes[c]);
  }
}

}  // namespace

CelebTsv open_celeb_evaluation(const EvaluateOptions& o, const Config& config, HeldOut held_out) {
  CelebTsv set = open_celeb_tsv(read_dataset_toml(o.data),
                                {.held_out = held_out, .max_bad_share = config.data.max_broken});
  for (const std::string& note : set.notes) o.note(note);
  refuse_trained_novel(o.run, set);
  return set;
}

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

CelebEvaluation evaluate_celeb(const EvaluateOptions& o, HeldOut held_out,
                               const std::optional<std::filesystem::path>& submission) {
  const Config config = run_config(o.run);
  const CelebTsv set = open_celeb_evaluation(o, config, held_out);
  require(set.unlabelled.empty() || submission.has_value(), "evaluate",
          "the test file has no mid column, so there are no figures; --submission FILE writes the answers");
  std::optional<AtomicFile>
      file;  // opened before the work, so that a path that cannot be written shows at once
  if (submission) file.emplace(*submission);
  Network network = trained_network(o, config);
  PhotoStore store(set.photos, replacement_lists(set.photos, set.split),
                   evaluation_store(config, config.data.max_broken));
  Recogniser recogniser(network, store, set.photos, set.split, {.device = o.device});
  std::vector<Prediction> novel = recogniser.recognise(flatten(set.split.novel_test)),
                          base = recogniser.recognise(flatten(set.split.base_test)),
                          answers = recogniser.recognise(set.unlabelled);
  CelebEvaluation result;
  if (set.unlabelled.empty()) {
    result.figures =
        score_one_shot(compare(novel, set.photos), compare(base, set.photos), set.photos.classes.size());
  }
  for (const auto* part : {&novel, &base}) answers.insert(answers.end(), part->begin(), part->end());
  result.recognised = static_cast<std::int64_t>(answers.size());
  if (file) {
    file->write(submission_text(std::move(answers), set));
    file->commit();
  }
  const BrokenPhotos broken = store.broken();
  if (!broken.entries.empty()) o.note(summary(broken));
  return result;
}

}  // namespace dg
