#include "training/run/verification_pairs.h"

#include <map>

#include "data/class_folder.h"
#include "tensor/check.h"
#include "training/run/training_data.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

PhotoStoreOptions all_or_none(const Config& config) {
  PhotoStoreOptions options = photo_options(config);
  options.max_broken_share = 0;
  return options;
}

}  // namespace

VerificationPairs::VerificationPairs(const fs::path& pairs, const fs::path& photos, const Config& config)
    : set_(scan_class_folder(photos, folder_options(config))),
      store_(set_, replacement_lists(set_), all_or_none(config)) {
  find(pairs);
}

void VerificationPairs::find(const fs::path& file) {
  std::map<std::string, PhotoId> photo_of;
  for (PhotoId p = 0; p < std::ssize(set_.photos); ++p) {
    const fs::path path(set_.name(p));
    photo_of[path.parent_path().filename().string() + "/" + path.filename().string()] = p;
  }
  pairs_ = find_photos(read_pairs(file), [&](const std::string& name) -> std::optional<std::size_t> {
    const auto found = photo_of.find(name);
    if (found == photo_of.end()) return std::nullopt;
    return static_cast<std::size_t>(found->second);
  });
  // The pairs now hold photo ids. Only photos that are in a pair are embedded, so their rows take the places
  // of the ids.
  std::map<std::size_t, std::size_t> row_of;
  for (const Pair& pair : pairs_) row_of[pair.first] = row_of[pair.second] = 0;
  for (auto& [photo, row] : row_of) {
    row = photos_.size();
    photos_.push_back(static_cast<PhotoId>(photo));
  }
  for (Pair& pair : pairs_) {
    pair.first = row_of[pair.first];
    pair.second = row_of[pair.second];
  }
}

Verification VerificationPairs::score(Network& network, const EmbedderOptions& options) {
  const EmbeddedPhotos embedded = embed_photos(network, store_, photos_, options);
  if (embedded.photos.size() != photos_.size()) throw Error("[verification] " + summary(store_.broken()));
  return verify(score_pairs(embedded, pairs_));
}

}  // namespace dg
