#include "data/tsv/dataset_toml.h"

#include <algorithm>

#include "fuzz/targets.h"

namespace dg::fuzz {

void dataset_toml(Input input) {
  const std::filesystem::path path = file_of(folder("dataset_toml") / "dataset.toml", input);
  DatasetFiles files;
  if (!accepted([&] { files = read_dataset_toml(path); })) return;
  expect(files.base_train.has_value(), "a data set must have base identities");
  for (const auto& file : {files.base_train, files.novel_train, files.development, files.test}) {
    if (!file) continue;
    const TsvColumns& c = file->columns;
    expect(c.photo >= 0, "a file must have a column for the photo");
    expect(c.count > std::max({c.photo, c.mid, c.set}), "a file must have the columns that are read");
  }
}

}  // namespace dg::fuzz
