#include "training/run/classifier_run.h"

#include <numeric>

#include "data/augmentation.h"
#include "interop/atomic_file.h"
#include "interop/lock_file.h"
#include "interop/safetensors.h"
#include "recognition/recogniser.h"
#include "tensor/stopwatch.h"
#include "training/run/classifier_file.h"
#include "training/run/names.h"
#include "training/run/run_folder.h"
#include "training/run/training_data.h"
#include "training/streams.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

Config classifier_config(const FinishedRun& run, const std::vector<std::string>& settings) {
  const Config config = run_config(run.folder(), settings);
  std::vector<std::string> foreign = differences(run.config(), config);
  std::erase_if(foreign, is_classifier_key);
  require(foreign.empty(), "classifier", "--set may change classifier.* and seed alone, got {}",
          fmt::join(foreign, ", "));
  return config;
}

// The classes of the data that are base must be all identities that the run was trained on.
void check_base_identities(const FinishedRun& run, const PhotoSet& set, const Split& split) {
  const std::set<std::string> trained = run.identities().base_names();
  const auto require_none = [&](const std::vector<std::string>& names, const char* what) {
    require(names.empty(), "classifier", "the data must hold all identities {} was trained on; {} {}: {}",
            run.folder().string(), names.size(), what, first_five(names));
  };
  require_none(missing_names(trained, {set.classes.begin(), set.classes.end()}), "are missing");
  std::set<std::string> known;
  for (const ClassId c : split.base_classes) known.insert(set.classes[c]);
  require_none(missing_names(trained, known),
               "have other photos than in the training (--known-names if they are the same people)");
}

double start_alpha(const fs::path& checkpoint, const Config& config) {
  if (config.classifier.alpha == ClassifierAlpha::start) return config.loss.l2_alpha;
  SafetensorsReader file(checkpoint);
  const NamedTensor stored = file.read("l2_softmax.alpha");
  if (stored.dtype != "F32" || stored.bytes.size() != sizeof(float))
    throw IoError(fmt::format("{}: l2_softmax.alpha must be one F32", checkpoint.string()));
  float alpha = 0;
  std::memcpy(&alpha, stored.bytes.data(), sizeof alpha);
  return alpha;
}

ClassifierLearning learning(const Config& config) {
  const auto& c = config.classifier;
  return {.iterations = c.iterations,
          .rate = c.rate,
          .final_rate = c.final_rate,
          .batch = c.batch,
          .train_alpha = c.alpha_trainable,
          .momentum = config.optim.momentum,
          .decay = config.optim.decay,
          .rate_inside = config.optim.rate_inside};
}

// In learning, the enrolled photos are numbered by their rows. These are the rows of the embeddings computed
// once.
EmbedBatch cached(const EmbeddedPhotos& enrolled, Device device) {
  return [&enrolled, device](std::int64_t, std::span<const PhotoId> rows) {
    std::vector<float> values;
    values.reserve(rows.size() * enrolled.dim);
    for (const PhotoId i : rows) {
      const auto row = enrolled.row(i);
      values.insert(values.end(), row.begin(), row.end());
    }
    return Tensor::from({std::ssize(rows), static_cast<std::int64_t>(enrolled.dim)}, values, device);
  };
}

// The same photos through the network again, augmented as in training, with new draws each time.
EmbedBatch augmented(Network& network, PhotoStore& store, const EmbeddedPhotos& enrolled,
                     const Config& config, Device device) {
  return [&, device](std::int64_t iteration, std::span<const PhotoId> rows) {
    const NoGrad guard;
    std::vector<PhotoId> photos;
    for (const PhotoId i : rows) photos.push_back(enrolled.photos[i]);
    const std::vector<Augmentation> draws = draw_augmentations(
        std::ssize(rows), config.augment,
        Rng(config.seed, stream::classifier_pixels + static_cast<std::uint64_t>(iteration)));
    const Tensor images =
        augment(Array<std::uint8_t>::from(store.load_all(photos), device), store.size(), draws);
    return l2_normalize(network.forward(Var(images))).value();
  };
}

OneShotResult by_classifier(const Classifier& classifier, const ProtocolPhotos& photos,
                            std::span<const int> family, Device device) {
  const auto recognised = [&](const EmbeddedPhotos& tests) {
    const ClassifierMember member{tests, classifier.view()};
    return recognise_by_probability({&member, 1}, tests.classes, device);
  };
  return score_one_shot(recognised(photos.novel), recognised(photos.base), photos.identities, family,
                        photos.unanswered);
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

bool is_classifier_key(const std::string& key) { return key == "seed" || key.starts_with("classifier."); }

ClassifierRunResult learn_on_run(const fs::path& folder, const EvaluateOptions& o,
                                 const std::vector<std::string>& settings) {
  const FinishedRun run(folder);
  const LockFile lock(folder / "lock");  // what is written here is written by one process
  const Config config = classifier_config(run, settings);
  Network network = run.network(o);
  const auto [set, split, family] = open_evaluation_data(run, o);
  check_base_identities(run, set, split);
  // Without augmentation each photo is used once.
  const std::int64_t memory_bytes = config.classifier.augment ? cache_bytes(config, o.data) : 0;
  PhotoStore store(set, replacement_lists(set, split), photo_options(config, memory_bytes));
  const ProtocolPhotos photos = embed_protocol(network, store, split, embedder_options(config, o.device));
  report_broken(store, o.note);

  const Classifier start =
      start_classifier(photos.prototypes(), start_alpha(run.checkpoint(o.checkpoint), config));
  const IdentityIndex index = IdentityIndex::from_labels(photos.enrolled.classes, photos.identities);
  const EmbedBatch embed = config.classifier.augment
                               ? augmented(network, store, photos.enrolled, config, o.device)
                               : cached(photos.enrolled, o.device);
  const Stopwatch learning_time;
  const LearntClassifier learnt = learn_classifier(start, index, embed, learning(config),
                                                   Rng(config.seed, stream::classifier_photos), o.device);
  ClassifierRunResult result;
  result.seconds = learning_time.seconds();
  const std::size_t ends = std::min<std::size_t>(50, (learnt.losses.size() + 1) / 2);
  result.prototypes = recognise(photos, family);
  result.start = by_classifier(start, photos, family, o.device);
  result.learnt = by_classifier(learnt.classifier, photos, family, o.device);
  result.iterations = config.classifier.iterations;
  result.first_loss = mean(std::span(learnt.losses).first(ends));
  result.last_loss = mean(std::span(learnt.losses).last(ends));
  result.alpha_start = start.alpha;
  result.alpha = learnt.classifier.alpha;
  save_classifier(folder / "classifier.safetensors",
                  {learnt.classifier, set.classes, network_fingerprint(network)}, config);
  write_file_atomically(folder / "classifier.json", to_json(result).dump(2) + "\n");
  return result;
}

nlohmann::ordered_json to_json(const ClassifierRunResult& r) {
  nlohmann::ordered_json json;
  json["prototypes"] = to_json(r.prototypes);
  json["start"] = to_json(r.start);
  json["classifier"] = to_json(r.learnt);
  json["iterations"] = r.iterations;
  json["loss_first"] = r.first_loss;
  json["loss_last"] = r.last_loss;
  json["alpha_start"] = r.alpha_start;
  json["alpha"] = r.alpha;
  return json;
}

}  // namespace dg
