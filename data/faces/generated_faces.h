// An embedded data set: photos of people who do not exist, in families of look-alikes, so that training and
// mined doppelgangers can be tried, and scored against the truth, without any real photo.
//
//   numbers of an identity = its family's numbers + spread * its own,   all N(0, 1.2^2)
//
// spread 0 makes twins. Families are dealt to the identities in shuffled order. Photo p of identity i is a
// pure function of (options, i, p): any thread may render any photo in any order.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/faces/identity.h"
#include "data/faces/renderer.h"
#include "data/image.h"

namespace dg::faces {

struct Options {
  int identities = 3600;  // >= 1
  int photos = 40;        // per identity, >= 1
  int size = 40;          // pixels a side, 16..1024
  int family = 4;         // look-alikes per family, 1..identities; the last family may be smaller
  double spread = 0.4;    // 0 = twins .. 10
  double nuisance = 0.5;  // 0 = the same pose, light and expression in every photo, 1 = full, up to 2
  std::uint64_t seed = 1;
};

class GeneratedFaces {
 public:
  /// Error, naming the option, if one is out of range.
  explicit GeneratedFaces(const Options& options);

  const Options& options() const { return options_; }
  /// Family of each identity, 0-based.
  const std::vector<int>& families() const { return families_; }
  int family_count() const { return (options_.identities - 1) / options_.family + 1; }
  /// The identity numbers of identity i in [0, identities).
  Numbers numbers(int i) const;
  /// Photo p (>= 0, also beyond `photos`) of identity i at options().size.
  Image photo(int i, int p, Renderer& renderer) const;

  /// Folder of identity i and file name of photo p. Counted from 1 with leading zeros, so that their byte
  /// order is the numeric order: 00001/001.jpg.
  std::string folder_name(int i) const;
  std::string photo_name(int p) const;

 private:
  Options options_;
  std::vector<int> families_;
};

/// A picture without gaps: its rows are the members of the first `families` families, family by family, its
/// columns their first `photos` photos. Error if either is less than 1.
Image contact_sheet(const GeneratedFaces& faces, int families = 3, int photos = 10);

/// Called with the number of photos written so far, by one thread at a time.
using Progress = std::function<void(std::int64_t written)>;

/// Writes DIR/<identity>/<photo>.jpg (quality 95, 4:4:4), DIR/families.csv (data/families.h) and, first and
/// last, DIR/faces.toml: the options, and whether the set is complete. DIR is made if it is missing.
/// `threads` = 0 uses all. Returns false, touching nothing, if DIR already holds the whole of this set; a set
/// of equal options that was interrupted is written again. Error if DIR holds anything else, or a set of
/// other options (named). IoError if a file cannot be written.
bool write_folder(const std::filesystem::path& dir, const GeneratedFaces& faces, int threads = 0,
                  const Progress& progress = {});

}  // namespace dg::faces
