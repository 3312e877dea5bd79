#include "evaluation/lfw_pairs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "error_text.h"
#include "temporary.h"
#include "tensor/error.h"

namespace dg {
namespace {

class LfwPairs : public testing::Test {
 protected:
  PairsFile read(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return read_pairs(path_);
  }
  /// The message without the folder.
  std::string message(const std::string& text) {
    const std::string what = error_text<IoError>([&] { read(text); });
    const std::string folder = path_.parent_path().string() + "/";
    return what.starts_with(folder) ? what.substr(folder.size()) : "no path: " + what;
  }

  std::filesystem::path path_ = temporary_folder() / "doppel_lfw_pairs_test.txt";
  void TearDown() override { std::filesystem::remove(path_); }
};

const std::string good_pairs =
    "2 1\n"
    "Ann_Lee\t1\t12\n"
    "Ann_Lee 3  Bo 4\n"
    "Cy\t2\t1\r\n"
    "Cy 1 Bo 9999\n\n";

TEST_F(LfwPairs, TabsBlanksAndCarriageReturnsSeparate) {
  const PairsFile file = read(good_pairs);
  EXPECT_EQ(file.folds, 2);
  ASSERT_EQ(file.pairs.size(), 4u);
  EXPECT_EQ(file.pairs[0].first, "Ann_Lee/Ann_Lee_0001.jpg");
  EXPECT_EQ(file.pairs[0].second, "Ann_Lee/Ann_Lee_0012.jpg");
  EXPECT_TRUE(file.pairs[0].same);
  EXPECT_EQ(file.pairs[1].second, "Bo/Bo_0004.jpg");
  EXPECT_FALSE(file.pairs[1].same);
  EXPECT_EQ(file.pairs[1].fold, 0);
  EXPECT_EQ(file.pairs[2].second, "Cy/Cy_0001.jpg");
  EXPECT_EQ(file.pairs[2].fold, 1);
  EXPECT_EQ(file.pairs[3].second, "Bo/Bo_9999.jpg");
  EXPECT_EQ(file.pairs[3].line, 5u);
}

TEST_F(LfwPairs, FilesAndLinesHaveALimit) {
  EXPECT_EQ(message("1 1\nA 1 2\n" + std::string(5000, 'x')),
            "doppel_lfw_pairs_test.txt:3: the line has more than 4096 bytes");
  read("1 2\nA 1 2\nA 1 3\nA 1 B 1\nA 1 C 1\n");
  std::filesystem::resize_file(path_, (64 << 20) + 1);  // zeros that take no place on the disk
  EXPECT_TRUE(contains(error_text<IoError>([&] { read_pairs(path_); }),
                       "67108865 bytes is more than the limit of 67108864 for a pairs file"));
}

TEST_F(LfwPairs, EveryFoldStartsWithItsSamePairs) {
  const PairsFile file = read("1 2\nA 1 2\nA 1 3\nA 1 B 1\nA 1 C 1\n");
  EXPECT_TRUE(file.pairs[1].same);
  EXPECT_FALSE(file.pairs[2].same);
}

TEST_F(LfwPairs, NamesMayHaveBlanksWhereTabsSeparate) {
  const PairsFile file = read("2 1\nAnn Lee\t1\t 12 \nAnn Lee\t3\tBo von X\t4\r\nCy 2\t1\nCy 1 Bo\t2\n");
  ASSERT_EQ(file.pairs.size(), 4u);
  EXPECT_EQ(file.pairs[0].second, "Ann Lee/Ann Lee_0012.jpg");
  EXPECT_EQ(file.pairs[1].second, "Bo von X/Bo von X_0004.jpg");
  EXPECT_EQ(file.pairs[2].first, "Cy/Cy_0002.jpg");
  EXPECT_EQ(file.pairs[3].second, "Bo/Bo_0002.jpg");
}

TEST_F(LfwPairs, TabsMayEndALine) {
  const PairsFile file = read("2\t1\t\t\nA B\t1\t2\t\nA B\t1\tC\t1\nA 1 3\t\nA 1 C 1\n");
  EXPECT_EQ(file.pairs[0].second, "A B/A B_0002.jpg");
  EXPECT_EQ(file.pairs[2].second, "A/A_0003.jpg");
}

TEST_F(LfwPairs, BlankLinesAndAByteOrderMarkArePassedOver) {
  const PairsFile file = read("\xEF\xBB\xBF\n2 1\n\nA 1 2\n \t\r\nA 1 B 1\nA 1 3\n\nA 1 C 1\n");
  ASSERT_EQ(file.pairs.size(), 4u);
  EXPECT_EQ(file.pairs[0].first, "A/A_0001.jpg");
  EXPECT_EQ(file.pairs[1].line, 6u);
  EXPECT_EQ(file.pairs[3].second, "C/C_0001.jpg");
}

TEST_F(LfwPairs, ASingleFoldIsDivided) {
  const auto text = [](const std::string& first, int each) {
    std::string all = first + "\n";
    for (int i = 0; i < each; ++i) all += fmt::format("A {} {}\n", i + 1, i + 2);
    for (int i = 0; i < each; ++i) all += fmt::format("A {} B {}\n", i + 1, i + 1);
    return all;
  };
  for (const std::string first : {"23", "1 23"}) {
    const PairsFile file = read(text(first, 23));
    EXPECT_EQ(file.folds, 10);
    std::map<std::pair<int, bool>, int> counts;
    for (const NamedPair& pair : file.pairs) ++counts[{pair.fold, pair.same}];
    EXPECT_EQ(counts.size(), 20u);
    for (const auto& [fold, count] : counts) EXPECT_TRUE(count == 2 || count == 3) << fold.first;
    for (std::size_t i = 1; i < 23; ++i) {  // neighbours stay together
      EXPECT_GE(file.pairs[i].fold, file.pairs[i - 1].fold);
      EXPECT_EQ(file.pairs[i].fold, file.pairs[23 + i].fold);
    }
  }
  EXPECT_EQ(read(text("3", 3)).folds, 3);
}

TEST_F(LfwPairs, ErrorsNameFileAndLine) {
  const std::string name = "doppel_lfw_pairs_test.txt:",
                    first_line =
                        "the first line must hold two numbers, folds and pairs per fold, or one, the pairs "
                        "of a single fold";
  EXPECT_EQ(message(""), name + "1: " + first_line);
  EXPECT_EQ(message("10 300 2\n"), name + "1: " + first_line);
  EXPECT_EQ(message("ten 300\n"), name + "1: number of folds must be a whole number in 1..1000, got \"ten\"");
  EXPECT_EQ(message("10 0\n"), name + "1: pairs per fold must be a whole number in 1..1000000, got \"0\"");
  EXPECT_EQ(message("1 1\nA 1 B 2\n"),
            name + "2: expected a pair of one person (name number number) in fold 1, got 4 fields");
  EXPECT_EQ(message("1 1\nA 1 2\nA 1 2\n"),
            name + "3: expected a pair of two people (name number name number) in fold 1, got 3 fields");
  EXPECT_EQ(message("1 1\nA 1 2x\n"), name + "2: photo number must be a whole number in 1..9999, got \"2x\"");
  EXPECT_EQ(message("1 1\nA 1 2\nA 1 B 10000\n"),
            name + "3: photo number must be a whole number in 1..9999, got \"10000\"");
  EXPECT_EQ(message("1 1\nA 1 2\nA 1 A 2\n"), name + "3: a pair of two people names \"A\" twice");
  EXPECT_EQ(message("2\nA 1 2\nA 3 3\n"), name + "3: a pair names photo 3 of \"A\" twice");
  EXPECT_TRUE(message("1\nA 1 2\nA 1 B 2\n").starts_with(name + "4: a single fold must have 2 pairs"));
  EXPECT_EQ(message("\xFF\xFE"
                    "1"),
            name + "1: the file is UTF-16; save it as UTF-8 or plain text");
  EXPECT_EQ(message("1 1\nA 1 2\n"), name + "3: the file ends after 1 pairs, its first line promises 2");
  EXPECT_EQ(message("1 1\nA 1 2\nA 1 B 2\nA 1 C 2\n"),
            name + "4: more pairs than the 2 the first line promises");
}

TEST_F(LfwPairs, MissingFileIsNamed) {
  EXPECT_EQ(error_text<IoError>([&] { read_pairs(path_); }), path_.string() + ": No such file or directory");
}

TEST_F(LfwPairs, FolderInsteadOfAFileIsNamed) {
  const std::string text = error_text<IoError>([] { read_pairs(temporary_folder()); });
  EXPECT_NE(text.find("not a regular file"), std::string::npos) << text;
}

TEST_F(LfwPairs, PhotosBecomeRows) {
  const std::map<std::string, std::size_t> rows = {
      {"Ann_Lee/Ann_Lee_0001.jpg", 5}, {"Ann_Lee/Ann_Lee_0012.jpg", 6}, {"Ann_Lee/Ann_Lee_0003.jpg", 7},
      {"Bo/Bo_0004.jpg", 8},           {"Cy/Cy_0001.jpg", 9},           {"Cy/Cy_0002.jpg", 10}};
  bool twice = false;
  const auto lookup = [&](const std::string& photo) -> std::vector<std::size_t> {
    if (photo == "Cy/Cy_0001.jpg" && twice) return {9, 11};
    const auto it = rows.find(photo);
    if (it == rows.end()) return {};
    return {it->second};
  };
  PairsFile file = read(good_pairs);
  EXPECT_EQ(error_text<IoError>([&] { find_photos(file, lookup); }),
            path_.string() + ":5: there is no photo Bo/Bo_9999.jpg");
  file.pairs.pop_back();
  twice = true;
  EXPECT_EQ(error_text<IoError>([&] { find_photos(file, lookup); }),
            path_.string() + ":4: 2 photos could be Cy/Cy_0001.jpg");
  twice = false;
  const auto pairs = find_photos(file, lookup);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[1].first, 7u);
  EXPECT_EQ(pairs[1].second, 8u);
  EXPECT_FALSE(pairs[1].same);
  EXPECT_EQ(pairs[2].first, 10u);
  EXPECT_EQ(pairs[2].fold, 1);
}

}  // namespace
}  // namespace dg
