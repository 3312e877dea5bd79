#include <algorithm>

#include "evaluation/lfw_pairs.h"
#include "fuzz/targets.h"

namespace dg::fuzz {

void pairs(Input input) {
  const std::filesystem::path path = file_of(folder("pairs") / "pairs.txt", input);
  PairsFile file;
  if (!accepted([&] { file = read_pairs(path); })) return;
  const auto same = std::count_if(file.pairs.begin(), file.pairs.end(), [](const auto& p) { return p.same; });
  expect(2 * same == std::ssize(file.pairs), "a pairs file must have as many pairs of each kind");
  // A photo is known where its name is short: some pairs are found, others are an error.
  const PhotoLookup lookup = [](const std::string& name) {
    return std::vector<std::size_t>(name.size() < 30 ? 1 : name.size() % 3, name.size());
  };
  std::vector<Pair> found;
  if (accepted([&] { found = find_photos(file, lookup); }))
    expect(found.size() == file.pairs.size(), "every pair must be found");
  for (const Pair& p : found)
    expect(p.fold >= 0 && p.fold < file.folds, "a pair must be in one of the folds");
}

}  // namespace dg::fuzz
