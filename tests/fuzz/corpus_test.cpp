// The inputs that the fuzzers keep (tests/fuzz/corpus/TARGET/) through the same functions, in every build. An
// input that once was a finding is among them.
#include <gtest/gtest.h>

#include <map>

#include "fuzz/targets.h"
#include "interop/whole_file.h"

namespace dg::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path corpus = fs::path(DG_SOURCE_DIR) / "tests/fuzz/corpus";

const std::map<std::string, void (*)(Input)> targets{{"base64", base64},
                                                     {"checkpoint", checkpoint},
                                                     {"classifier_file", classifier_file},
                                                     {"dataset_toml", dataset_toml},
                                                     {"exif", exif},
                                                     {"identities", identities},
                                                     {"jpeg", jpeg},
                                                     {"metrics", metrics},
                                                     {"pairs", pairs},
                                                     {"png", png},
                                                     {"recipe", recipe},
                                                     {"safetensors", safetensors},
                                                     {"set", set},
                                                     {"tsv", tsv},
                                                     {"tsv_index", tsv_index},
                                                     {"webp", webp}};

class FuzzCorpus : public testing::TestWithParam<std::string> {};

TEST_P(FuzzCorpus, IsReadOrRefused) {
  int inputs = 0;
  for (const auto& entry : fs::directory_iterator(corpus / GetParam())) {
    const std::vector<std::uint8_t> input = read_file_bytes(entry.path());
    EXPECT_NO_THROW(targets.at(GetParam())(input)) << entry.path();
    ++inputs;
  }
  EXPECT_GT(inputs, 0);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, target] : targets) all.push_back(name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, testing::ValuesIn(names()),
                         [](const auto& name) { return name.param; });

TEST(FuzzCorpus, IsSmall) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus)) {
    if (!entry.is_regular_file()) continue;
    const std::string target = entry.path().parent_path().filename().string();
    EXPECT_TRUE(targets.contains(target)) << entry.path();
    bytes += entry.file_size();
  }
  EXPECT_LT(bytes, 200'000u);
}

}  // namespace
}  // namespace dg::fuzz
