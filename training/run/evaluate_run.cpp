#include "training/run/evaluate_run.h"

#include <fstream>
#include <map>
#include <set>

#include "data/class_folder.h"
#include "data/faces/generated_faces.h"
#include "recognition/enrolment.h"
#include "training/checkpoint.h"
#include "training/model.h"
#include "training/run/evaluate_celeb.h"

namespace dg {

namespace fs = std::filesystem;

Config run_config(const fs::path& run) {
  const fs::path file = run / "config.toml";
  if (!fs::exists(file))
    throw IoError(fmt::format("{}: not a run folder, it has no config.toml", run.string()));
  return load_config(file, {});
}

std::set<std::string> trained_identities(const fs::path& run) {
  const fs::path path = run / "identities.tsv";
  std::ifstream in(path);
  if (!in) throw IoError(fmt::format("{}: cannot be read", path.string()));
  std::set<std::string> names;
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.rfind('\t');
    if (tab != std::string::npos && line.substr(tab + 1) == "base") names.insert(line.substr(0, tab));
  }
  return names;
}

Network trained_network(const EvaluateOptions& o, const Config& config) {
  use_precision(config);
  Network network = make_network(config);
  for (Parameter* p : network.parameters()) {
    p->set(Tensor::zeros(p->shape, p->trainable ? o.device : Device::cpu));
  }
  load_network(find_checkpoint(o), network);
  return network;
}

PhotoStoreOptions evaluation_store(const Config& config, double max_broken) {
  return {.size = static_cast<int>(config.network.input),
          .crop = config.data.crop,
          .memory_bytes = 0,
          .max_broken_share = max_broken};
}

EvaluationData open_evaluation_data(const EvaluateOptions& o, const Config& config, HeldOut held_out) {
  if (is_dataset_toml(o.data)) {
    CelebTsv files = open_celeb_evaluation(o, config, held_out);
    require(files.unlabelled.empty(), "evaluate", "figures need truth, and the test file of {} has none",
            o.data.string());
    return {std::move(files.photos), std::move(files.split), {}};
  }
  EvaluationData data;
  data.set = scan_class_folder(o.data);
  data.split = split_photos(data.set,
                            {.base = SplitOptions::Base::named,
                             .names = trained_identities(o.run),
                             .base_test_photos = static_cast<int>(config.data.base_test_photos)},
                            Rng(0));
  if (fs::exists(o.data / "families.csv"))
    data.family = read_families(o.data / "families.csv", data.set.classes);
  return data;
}

fs::path find_checkpoint(const EvaluateOptions& o) {
  const fs::path folder = o.run / "checkpoints";
  if (o.checkpoint == "best") return folder / "best.safetensors";
  if (o.checkpoint != "last") return o.checkpoint;
  const std::vector<fs::path> all = step_checkpoints(o.run);
  if (all.empty()) throw IoError(fmt::format("{}: there is no checkpoint", folder.string()));
  return all.back();
}

OneShotResult evaluate_one_shot(const EvaluateOptions& o) {
  const Config config = run_config(o.run);
  Network network = trained_network(o, config);
  const EvaluationData data = open_evaluation_data(o, config);
  PhotoStore store(data.set, replacement_lists(data.set, data.split),
                   evaluation_store(config, config.data.max_broken));
  OneShotResult result = recognise(network, store, data.set, data.split, data.family, {.device = o.device});
  if (const BrokenPhotos broken = store.broken(); !broken.entries.empty()) o.note(summary(broken));
  return result;
}

Verification evaluate_verification(const EvaluateOptions& o, const fs::path& pairs_path) {
  const Config config = run_config(o.run);
  Network network = trained_network(o, config);
  const PairsFile file = read_pairs(pairs_path);
  const PhotoSet set = scan_class_folder(o.data);
  std::map<std::string, PhotoId> photo_of;
  for (PhotoId p = 0; p < std::ssize(set.photos); ++p) {
    const fs::path path(set.name(p));
    photo_of[path.parent_path().filename().string() + "/" + path.filename().string()] = p;
  }
  std::vector<Pair> pairs = find_photos(file, [&](const std::string& name) -> std::optional<std::size_t> {
    const auto found = photo_of.find(name);
    if (found == photo_of.end()) return std::nullopt;
    return static_cast<std::size_t>(found->second);
  });
  // Only photos that are in a pair are embedded; then rows replace photo ids.
  std::map<std::size_t, std::size_t> row_of;
  for (const Pair& pair : pairs) row_of[pair.first] = row_of[pair.second] = 0;
  std::vector<PhotoId> photos;
  for (auto& [photo, row] : row_of) {
    row = photos.size();
    photos.push_back(static_cast<PhotoId>(photo));
  }
  PhotoStore store(set, replacement_lists(set), evaluation_store(config, 0));
  const EmbeddedPhotos embedded = embed_photos(network, store, photos, {.device = o.device});
  if (embedded.photos.size() != photos.size()) throw Error("[verification] " + summary(store.broken()));
  for (Pair& pair : pairs) {
    pair.first = row_of[pair.first];
    pair.second = row_of[pair.second];
  }
  return verify(score_pairs({embedded.values, embedded.dim}, pairs));
}

}  // namespace dg
