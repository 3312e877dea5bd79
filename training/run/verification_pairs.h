// The photos of a pairs file, ready to be scored by any network: by `doppel evaluate`, and again and again
// while a network is trained (evaluate.pairs).
#pragma once
#include <filesystem>
#include <vector>

#include "data/photo_store.h"
#include "evaluation/verification.h"
#include "recognition/embedder.h"
#include "training/config/config.h"

namespace dg {

class VerificationPairs {
 public:
  /// `pairs`: an LFW-style file; `photos` holds <Name>/<Name>_<4 digits>, of any format that photos have.
  /// Errors of read_pairs and scan_class_folder; IoError with path and line where not exactly one photo is
  /// there.
  VerificationPairs(const std::filesystem::path& pairs, const std::filesystem::path& photos,
                    const Config& config);

  /// A pair with a photo that does not decode counts as decided wrongly: it has the score -1 where both
  /// photos show one person, else 1. Errors of embed_photos.
  Verification score(Network& network, const EmbedderOptions& options = {});
  /// How many pairs these are, once they were scored, and which photos; empty if none.
  std::string broken() const;

  std::size_t pairs() const { return pairs_.size(); }

 private:
  void find(const std::filesystem::path& file);

  PhotoSet set_;
  std::vector<Pair> pairs_;      // of rows of photos_
  std::vector<PhotoId> photos_;  // those that are in a pair, each once
  PhotoStore store_;
  std::size_t undecided_ = 0;
};

}  // namespace dg
