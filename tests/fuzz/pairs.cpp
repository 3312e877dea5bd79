#include "evaluation/lfw_pairs.h"
#include "fuzz/targets.h"

namespace dg::fuzz {

void pairs(Input input) {
  const std::filesystem::path path = file_of(folder("pairs") / "pairs.txt", input);
  PairsFile file;
  if (!accepted([&] { file = read_pairs(path); })) return;
  expect(file.pairs.size() == 2 * file.pairs_per_fold * static_cast<std::size_t>(file.folds),
         "a pairs file must have the pairs that its first line promises");
  // A photo is known where its name is short: some pairs are found, others are an error.
  const PhotoLookup lookup = [](const std::string& name) {
    return name.size() < 30 ? std::optional(name.size()) : std::nullopt;
  };
  std::vector<Pair> found;
  if (accepted([&] { found = find_photos(file, lookup); }))
    expect(found.size() == file.pairs.size(), "every pair must be found");
  for (const Pair& p : found)
    expect(p.fold >= 0 && p.fold < file.folds, "a pair must be in one of the folds");
}

}  // namespace dg::fuzz
