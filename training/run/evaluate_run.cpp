#include "training/run/evaluate_run.h"

#include <map>

#include "data/class_folder.h"
#include "recognition/recogniser.h"
#include "tensor/check.h"
#include "training/run/training_data.h"

namespace dg {

namespace fs = std::filesystem;

OneShotResult evaluate_one_shot(const fs::path& folder, const EvaluateOptions& o) {
  const FinishedRun run(folder);
  Network network = run.network(o.checkpoint, o.device);
  const EvaluationData data = open_evaluation_data(run, o);
  PhotoStore store(data.set, replacement_lists(data.set, data.split), photo_options(run.config()));
  OneShotResult result = recognise(network, store, data.split, data.family, {.device = o.device});
  report_broken(store, o.note);
  return result;
}

Verification evaluate_verification(const fs::path& folder, const EvaluateOptions& o,
                                   const fs::path& pairs_path) {
  const FinishedRun run(folder);
  Network network = run.network(o.checkpoint, o.device);
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
  // The pairs now hold photo ids. Only photos that are in a pair are embedded; then their rows take the
  // places of the ids.
  std::map<std::size_t, std::size_t> row_of;
  for (const Pair& pair : pairs) row_of[pair.first] = row_of[pair.second] = 0;
  std::vector<PhotoId> photos;
  for (auto& [photo, row] : row_of) {
    row = photos.size();
    photos.push_back(static_cast<PhotoId>(photo));
  }
  PhotoStoreOptions all_or_none = photo_options(run.config());
  all_or_none.max_broken_share = 0;
  PhotoStore store(set, replacement_lists(set), all_or_none);
  const EmbeddedPhotos embedded = embed_photos(network, store, photos, {.device = o.device});
  if (embedded.photos.size() != photos.size()) throw Error("[verification] " + summary(store.broken()));
  for (Pair& pair : pairs) {
    pair.first = row_of[pair.first];
    pair.second = row_of[pair.second];
  }
  return verify(score_pairs(embedded, pairs));
}

}  // namespace dg
