#include "training/run/verification_pairs.h"

#include <map>

#include "data/class_folder.h"
#include "data/letters_with_marks.h"
#include "interop/number_text.h"
#include "tensor/check.h"
#include "training/run/training_data.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// A pairs file says <Name>/<Name>_0001.jpg whatever the photo's format, and has letters with marks in one
// form where the file system may have the other. Folders above that of the person do not count.
std::u32string key_of(const fs::path& photo) {
  return decomposed(code_points((photo.parent_path().filename() / photo.stem()).string()));
}

}  // namespace

VerificationPairs::VerificationPairs(const fs::path& pairs, const fs::path& photos, const Config& config)
    : set_(scan_class_folder(photos, folder_options(config))),
      store_(set_, replacement_lists(set_), photo_options(config)) {
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
  std::vector<std::size_t> row_of(photos_.size());
  std::vector<bool> read(photos_.size());
  for (std::size_t row = 0, i = 0; row < embedded.photos.size(); ++row, ++i) {
    while (photos_[i] != embedded.photos[row]) ++i;  // those between do not decode
    row_of[i] = row;
    read[i] = true;
  }
  std::vector<Pair> whole;
  std::vector<PairScore> wrong;
  for (Pair pair : pairs_) {
    if (read[pair.first] && read[pair.second]) {
      pair.first = row_of[pair.first];
      pair.second = row_of[pair.second];
      whole.push_back(pair);
    } else {
      wrong.push_back({pair.same ? -1.0f : 1.0f, pair.same, pair.fold});
    }
  }
  undecided_ = wrong.size();
  std::vector<PairScore> scores = score_pairs(embedded, whole);
  scores.insert(scores.end(), wrong.begin(), wrong.end());
  return verify(scores);
}

std::string VerificationPairs::broken() const {
  if (undecided_ == 0) return "";
  return fmt::format("{} with a photo that does not decode {} as decided wrongly: {}",
                     how_many(undecided_, "pair"), undecided_ == 1 ? "counts" : "count",
                     summary(store_.broken()));
}

}  // namespace dg
