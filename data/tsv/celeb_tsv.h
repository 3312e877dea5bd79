// The one-shot set of MS-Celeb-1M (section 4.1) from its TSV files: about 1.2 million photos of 20,000 base
// identities to train on, one photo of each of 1,000 novel identities to enrol, and a development set (with
// truth) or a test set (without) of both to recognise. Columns: data/tsv/dataset_toml.h.
//
// Photos stay where they are, as base64 of JPEG, and are read and decoded when they are asked for. In memory
// a photo takes 20 bytes (8 for the offset of its line, 8 for which line it is, 4 for whose it is), an
// identity its name.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "data/photo_set.h"
#include "data/split.h"
#include "data/tsv/dataset_toml.h"
#include "data/tsv/tsv_photos.h"

namespace dg {

enum class HeldOut { none, development, test };

struct CelebTsvOptions {
  HeldOut held_out = HeldOut::none;  // the set to recognise; it must be named in the files, else Error
  double max_bad_share = 0.1;  // the set is refused if more of a file's rows than this share are bad ...
  int min_bad = 20;            // ... and at least this many: a share of few rows says little
};

/// Class id = rank of the MID in byte order, base and novel together; the photos of a class: its training
/// rows in the order of the file, then its held-out rows.
struct CelebTsv {
  PhotoSet photos;
  Split split;                      // base_test and novel_test: the held-out rows with truth
  std::vector<PhotoId> unlabelled;  // photo ids of the held-out rows without truth, in the order of the file
  std::vector<std::string> notes;   // for people: files that were indexed, rows that cannot be used and why
  std::shared_ptr<const TsvPhotos> rows;  // photos.source, which knows each photo's line
};

/// Opens the files, through their kept indexes (data/tsv/tsv_index_file.h). Rows that cannot be used, beside
/// the bad rows of scan_tsv: a second photo of a novel identity; a held-out row whose MID is in neither
/// training file, or whose set contradicts them. Error: an identity in both training files, a file without a
/// usable row, too many bad rows; IoError: a file that cannot be read.
CelebTsv open_celeb_tsv(const DatasetFiles& files, const CelebTsvOptions& options = {});

}  // namespace dg
