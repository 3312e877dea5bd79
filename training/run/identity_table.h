// RUN/identities.tsv: whose photos a run has seen, and by which photos these people are known again. A folder
// name alone says little: the folders of many data sets are called 0001, 0002, ...
#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "data/photo_set.h"
#include "data/split.h"

namespace dg {

/// What a table keeps of the photos of an identity. The hash of a photo is PhotoSource::fingerprint.
struct PhotoHashes {
  /// So many hashes of each identity are kept. If half of the photos are still there, so are two or more of
  /// the 8 with a probability of 1 - 9 / 2^8.
  static constexpr std::size_t kept = 8;

  std::int64_t photos = 0;
  std::uint64_t all = 0;                // of the hashes of all photos, in ascending order
  std::vector<std::uint64_t> smallest;  // the `kept` smallest of them, ascending; none where names are ids

  static PhotoHashes of(const PhotoSet& set, ClassId identity);
  bool operator==(const PhotoHashes&) const = default;
};

struct IdentityTable {
  struct Row {
    std::string name;
    bool base = false;
    PhotoHashes photos;  // nothing where `has_photos` is false
  };
  std::vector<Row> rows;   // in the order of class ids
  bool has_photos = true;  // false in a table of an older version, which has names and parts alone

  static IdentityTable of(const PhotoSet& set, const Split& split);
  /// IoError "FILE: why" or "FILE:line: why": it cannot be read, a row is not as text() writes it, a name is
  /// there twice, nobody is base.
  static IdentityTable read(const std::filesystem::path& file);
  /// A line for each row: name, "base" or "novel", number of photos, hash of all, smallest hashes (16
  /// hexadecimal digits each, commas between them); tabs between the columns.
  std::string text() const;

  /// 16 hexadecimal digits; checkpoints keep them, so that a table that was edited later is not believed.
  std::string fingerprint() const;

  std::set<std::string> base_names() const;
};

/// For people: how `now` differs from `then`, such as "1 identity is gone: a; 1 is new: b"; empty if it does
/// not. Photos are not compared where one of the two does not have them.
std::string changes(const IdentityTable& then, const IdentityTable& now);

/// Whether the class may have photos that the identity of `row` was trained with, and others: which of them
/// were held out from the training is then unknown.
bool mixes_photos(const IdentityTable::Row& row, const PhotoSet& set, ClassId identity);

/// How identities of a data set are taken for those that a run was trained on.
enum class KnownBy {
  photos,  // the name, and two of the hashes that are kept, or one where no more are; the name where
           // names are ids
  names,   // the name
  nothing  // never
};

struct KnownIdentities {
  std::set<std::string> names;
  std::string why;         // a sentence for people
  bool by_photos = false;  // each one that has the name of an identity of the run was known by photos
};

/// Which classes of `set` are identities that the run of `table` was trained on. Where the table has no
/// photos, KnownBy::photos is KnownBy::names.
KnownIdentities known_identities(const IdentityTable& table, const PhotoSet& set, KnownBy by);

}  // namespace dg
