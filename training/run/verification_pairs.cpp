#include "training/run/verification_pairs.h"

#include <map>

#include "data/class_folder.h"
#include "data/letters_with_marks.h"
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

// A pairs file says <Name>/<Name>_0001.jpg whatever the photo's format, and has letters with marks in one form
// where the file system may have the other. Folders above that of the person do not count.
std::u32string key_of(const fs::path& photo) {
  return decomposed(code_points((photo.parent_path().filename() / photo.stem()).string()));
}

}  // namespace

VerificationPairs::VerificationPairs(const fs::path& pairs, const fs::path& photos, const Config& config)
    : set_(scan_class_folder(photos, folder_options(config))),
      store_(set_, replacement_lists(set_), all_or_none(config)) {
  find(pairs);
}

void VerificationPairs::find(const fs::path& file) {
  std::map<std::u32string, std::vector<std::size_t>> photos_of;
  for (PhotoId p = 0; p < std::ssize(set_.photos); ++p) photos_of[key_of(set_.name(p))].push_back(p);
  pairs_ = find_photos(read_pairs(file), [&](const std::string& name) { return photos_of[key_of(name)]; });
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
