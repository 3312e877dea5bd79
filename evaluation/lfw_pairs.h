// Reader for pairs files in the format of LFW (Huang et al., "Labeled Faces in the Wild", 2007).
// First line: folds and pairs per fold of each kind ("10 300"), or as in LFW's View 1 the pairs of each kind
// alone ("1100"), which are one fold. Then per fold as many lines `Name n1 n2` (two photos of one person) and
// as many lines `Name1 n1 Name2 n2` (photos of two people), fields separated by tabs, or by blanks. Photo n of
// Name is the file `<Name>/<Name>_<n in 4 digits>.jpg`. Blank lines and a byte order mark are passed over.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dg {

/// Two photo names, whether they show one person, the fold (from 0) and the line of the file (from 1).
struct NamedPair {
  std::string first, second;
  bool same = false;
  int fold = 0;
  std::size_t line = 0;
};

/// As many pairs of each kind in every fold, in the order of the file. A file of one fold is divided into
/// ten, or into as many as it has pairs of each kind, which then differ by at most one.
struct PairsFile {
  std::filesystem::path path;
  int folds = 0;
  std::vector<NamedPair> pairs;
};

/// Two rows of the embeddings, whether they show one person, and the fold.
struct Pair {
  std::size_t first = 0, second = 0;
  bool same = false;
  int fold = 0;
};

/// `<name>/<name>_<number in 4 digits>.jpg`, number in 1..9999.
std::string lfw_photo(const std::string& name, int number);

/// Reads a pairs file. IoError "path: ..." for a file that is missing, no regular file or larger than
/// 64 MiB; "path:line: ..." for a line above 4,096 bytes, a wrong number of fields or lines, a
/// photo number that is not in 1..9999, or a pair of two people that names one person twice.
PairsFile read_pairs(const std::filesystem::path& path);

/// From a photo name to the rows that it may stand for.
using PhotoLookup = std::function<std::vector<std::size_t>(const std::string&)>;

/// The pairs as rows. A photo for which `lookup` has not exactly one is an IoError that names it with path and
/// line.
std::vector<Pair> find_photos(const PairsFile& file, const PhotoLookup& lookup);

}  // namespace dg
