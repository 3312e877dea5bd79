#include "training/run/classifier_run.h"

#include <chrono>
#include <numeric>

#include "data/augmentation.h"
#include "evaluation/prototypes.h"
#include "interop/atomic_file.h"
#include "interop/safetensors.h"
#include "recognition/enrolment.h"
#include "training/run/classifier_file.h"
#include "training/streams.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

Config classifier_config(const ClassifierRunOptions& o) {
  const Config stored = run_config(o.run), config = load_config(o.run / "config.toml", o.settings);
  std::vector<std::string> foreign = differences(stored, config);
  std::erase_if(foreign,
                [](const std::string& key) { return key == "seed" || key.starts_with("classifier."); });
  require(foreign.empty(), "classifier", "--set may change classifier.* and seed alone, got {}",
          fmt::join(foreign, ", "));
  return config;
}

void check_base_identities(const fs::path& run, const PhotoSet& set) {
  const std::set<std::string> there(set.classes.begin(), set.classes.end());
  std::vector<std::string> missing;
  for (const std::string& name : trained_identities(run)) {
    if (!there.contains(name)) missing.push_back(name);
  }
  const auto shown = std::min<std::ptrdiff_t>(5, std::ssize(missing));
  require(missing.empty(), "classifier",
          "the data must hold all identities {} was trained on; {} are missing: {}{}", run.string(),
          missing.size(), fmt::join(missing.begin(), missing.begin() + shown, ", "),
          shown < std::ssize(missing) ? ", ..." : "");
}

double start_alpha(const fs::path& checkpoint, const Config& config) {
  if (config.classifier.alpha == "start") return config.loss.l2_alpha;
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

// Rows of the embeddings computed once.
BatchEmbeddings cached(const EmbeddedProtocol& photos, Device device) {
  return [&photos, device](std::int64_t, std::span<const PhotoId> rows) {
    std::vector<float> values;
    values.reserve(rows.size() * photos.dim);
    for (const PhotoId r : rows) {
      const auto row = photos.view(photos.enrolled).row(r);
      values.insert(values.end(), row.begin(), row.end());
    }
    return Tensor::from({std::ssize(rows), static_cast<std::int64_t>(photos.dim)}, values, device);
  };
}

// The same photos through the network again, augmented as in training, with new draws each time.
BatchEmbeddings augmented(Network& network, PhotoStore& store, const EmbeddedProtocol& photos,
                          const Config& config, Device device) {
  return [&, device](std::int64_t iteration, std::span<const PhotoId> rows) {
    const NoGrad guard;
    std::vector<PhotoId> asked;
    for (const PhotoId row : rows) asked.push_back(photos.enrolled.photos[row]);
    const std::vector<Augmentation> draws = draw_augmentations(
        std::ssize(rows), config.augment,
        Rng(config.seed, stream::classifier_pixels + static_cast<std::uint64_t>(iteration)));
    const Tensor images =
        augment(Array<std::uint8_t>::from(store.load_all(asked), device), store.size(), draws);
    return l2_normalize(network.forward(Var(images))).value();
  };
}

OneShotResult by_classifier(const Classifier& classifier, const EmbeddedProtocol& photos,
                            std::span<const int> family, Device device) {
  const auto recognised = [&](const EmbeddedRows& rows) {
    const ClassifierMember member{photos.view(rows), classifier.view()};
    return recognise_by_probability({&member, 1}, rows.classes, device);
  };
  return score_one_shot(recognised(photos.novel), recognised(photos.base), photos.identities, family);
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

ClassifierRunResult learn_on_run(const ClassifierRunOptions& o) {
  const Config config = classifier_config(o);
  const EvaluateOptions run{.run = o.run, .data = o.data, .checkpoint = o.checkpoint, .device = o.device};
  Network network = trained_network(run, config);
  const auto [set, split, family] = open_evaluation_data(run, config);
  check_base_identities(o.run, set);
  PhotoStoreOptions photo_options = evaluation_store(config, config.data.max_broken);
  if (config.classifier.augment) photo_options.memory_bytes = config.data.cache_mb.value_or(4096) << 20;
  PhotoStore store(set, replacement_lists(set, split), photo_options);
  const EmbeddedProtocol photos = embed_protocol(network, store, set, split, {.device = o.device});
  if (const BrokenPhotos broken = store.broken(); !broken.entries.empty()) o.note(summary(broken));

  const auto classes = static_cast<ClassId>(photos.identities);
  const std::vector<float> means =
      class_prototypes(photos.view(photos.enrolled), photos.enrolled.classes, classes);
  const Classifier start = start_classifier({means, photos.dim}, start_alpha(find_checkpoint(run), config));
  const IdentityIndex index = IdentityIndex::from_labels(photos.enrolled.classes, classes);
  const BatchEmbeddings embeddings = config.classifier.augment
                                         ? augmented(network, store, photos, config, o.device)
                                         : cached(photos, o.device);
  const auto began = std::chrono::steady_clock::now();
  const LearntClassifier learnt = learn_classifier(start, index, embeddings, learning(config),
                                                   Rng(config.seed, stream::classifier_photos), o.device);
  const std::size_t ends = std::min<std::size_t>(50, learnt.losses.size());
  ClassifierRunResult result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  result.prototypes = recognise(photos, family);
  result.start = by_classifier(start, photos, family, o.device);
  result.learnt = by_classifier(learnt.classifier, photos, family, o.device);
  result.iterations = config.classifier.iterations;
  result.first_loss = mean(std::span(learnt.losses).first(ends));
  result.last_loss = mean(std::span(learnt.losses).last(ends));
  result.alpha_start = start.alpha;
  result.alpha = learnt.classifier.alpha;
  save_classifier(o.run / "classifier.safetensors",
                  {learnt.classifier, set.classes, network_fingerprint(network)}, config);
  write_file_atomically(o.run / "classifier.json", to_json(result).dump(2) + "\n");
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
