// dataset.toml: the files of a data set that is not a class folder, by the part each plays in the one-shot
// protocol (section 4.1). docs/msceleb.md describes it for users.
//
//   base_train = "TrainData_Base.tsv"        # paths are relative to the toml file
//   novel_train = "TrainData_lowshot.tsv"
//   development = "DevelopmentSet.tsv"
//   test = "TestSet.tsv"
//   index = "FOLDER"                         # where indexes are kept; beside each file if absent
//   [columns]                                # only where a file's differ from those published
//   test = ["image_id", "photo", "url"]
#pragma once
#include <filesystem>
#include <optional>

#include "data/tsv/tsv_index.h"

namespace dg {

struct TsvFile {
  std::filesystem::path path;
  TsvColumns columns;
};

/// Columns, as published, where the toml says nothing: training files image_id, photo, mid, rank, url; the
/// development file set, image_id, photo, mid, url; the test file has the columns of the development file,
/// but its set and mid are ignored.
struct DatasetFiles {
  std::optional<TsvFile> base_train, novel_train, development, test;
  std::filesystem::path index_folder;  // empty: beside each file
};

/// Whether `data` stands for such a file: its name ends with .toml and it is not a folder.
bool is_dataset_toml(const std::filesystem::path& data);

/// Error "PATH:line: why" for unknown keys, wrong types, a column that is unknown, twice or missing (every
/// file needs photo, all but the test file mid); Error "[dataset_toml] why" without a base_train, or for a
/// development or test file without a novel_train; IoError "[read_file_bytes] PATH: why" if the toml file
/// cannot be read. The TSV files are not opened.
DatasetFiles read_dataset_toml(const std::filesystem::path& path);

}  // namespace dg
