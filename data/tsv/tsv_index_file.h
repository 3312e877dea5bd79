// The index of a TSV file, kept beside it (or in a folder of the user's choice) so that tens of gigabytes are
// read once and not at every start.
//
//   FILE.tsv.index = "DGTSVIX1" | size of the TSV file, checksum of its first and last 64 KiB, time of its
//   last change | its columns | start, identity, part | MIDs | bad rows | checksum of all that
//
// Integers and lists are those of sampling/state.h, checksums those of words (interop/checksum.h). An index
// that is damaged, has another format or belongs to a TSV file that has changed since is made again.
#pragma once
#include <filesystem>
#include <string>

#include "data/tsv/tsv_index.h"

namespace dg {

/// Where the index of `tsv` is kept: FILE.tsv.index beside it, or in `folder` if that is not empty.
std::filesystem::path tsv_index_path(const std::filesystem::path& tsv, const std::filesystem::path& folder);

struct KeptTsvIndex {
  TsvIndex index;
  bool scanned = false;  // the TSV file was read, because there was no kept index that fits
  std::string not_kept;  // why the index could not be written, or empty; `index` is good all the same
};

/// The index from `kept` if that fits `tsv` and `columns`, else scan_tsv's, written to `kept` (whole or not
/// at all; its folder is made). IoError only if the TSV file cannot be read.
KeptTsvIndex load_or_scan_tsv(const std::filesystem::path& tsv, const TsvColumns& columns,
                              const std::filesystem::path& kept);

}  // namespace dg
