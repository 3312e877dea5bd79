#include "data/tsv/dataset_toml.h"

#include <gtest/gtest.h>

#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

DatasetFiles read(const std::string& text) {
  const fs::path path = fresh_folder() / "dataset.toml";
  write_text(path, text);
  return read_dataset_toml(path);
}

const std::string two = "base_train = \"b.tsv\"\nnovel_train = \"n.tsv\"\n";

TEST(DatasetToml, NamesFilesByRoleRelativeToItself) {
  const DatasetFiles files =
      read(two + "development = \"sub/d.tsv\"\ntest = \"/abs/t.tsv\"\nindex = \"cache\"\n");
  const fs::path folder = fresh_folder();  // where read() put it
  EXPECT_EQ(files.base_train->path, folder / "b.tsv");
  EXPECT_EQ(files.novel_train->path, folder / "n.tsv");
  EXPECT_EQ(files.development->path, folder / "sub/d.tsv");
  EXPECT_EQ(files.test->path, "/abs/t.tsv");
  EXPECT_EQ(files.index_folder, folder / "cache");
  EXPECT_EQ(files.base_train->columns, (TsvColumns{.count = 5, .photo = 1, .mid = 2, .set = -1}));
  EXPECT_EQ(files.novel_train->columns, files.base_train->columns);
  EXPECT_EQ(files.development->columns, (TsvColumns{.count = 5, .photo = 2, .mid = 3, .set = 0}));
  EXPECT_EQ(files.test->columns, (TsvColumns{.count = 5, .photo = 2, .mid = -1, .set = -1}));
}

TEST(DatasetToml, BaseAloneIsEnoughToTrainOn) {
  const DatasetFiles files = read("base_train = \"b.tsv\"\n");
  EXPECT_FALSE(files.novel_train || files.development || files.test);
  EXPECT_EQ(files.index_folder, "");
}

TEST(DatasetToml, ColumnsCanBeNamedWhereTheyDiffer) {
  const DatasetFiles files =
      read(two +
           "development = \"d.tsv\"\ntest = \"t.tsv\"\n[columns]\n"
           "base_train = [\"mid\", \"rank\", \"url\", \"other\", \"other\", \"other\", \"photo\"]\n"
           "development = [\"photo\", \"mid\"]\ntest = [\"image_id\", \"photo\", \"set\"]\n");
  EXPECT_EQ(files.base_train->columns, (TsvColumns{.count = 7, .photo = 6, .mid = 0, .set = -1}));
  EXPECT_EQ(files.development->columns, (TsvColumns{.count = 2, .photo = 0, .mid = 1, .set = -1}));
  EXPECT_EQ(files.test->columns, (TsvColumns{.count = 3, .photo = 1, .mid = -1, .set = -1}));
  const DatasetFiles truth =
      read(two + "test = \"t.tsv\"\n[columns]\ntest = [\"mid\", \"photo\", \"set\"]\n");
  EXPECT_EQ(truth.test->columns, (TsvColumns{.count = 3, .photo = 1, .mid = 0, .set = 2}));
}

TEST(DatasetToml, TextThatAParserMustNotSeeIsRefused) {
  const auto refusal = [](const std::string& text) { return error_text([&] { read(text); }); };
  EXPECT_TRUE(contains(refusal("\n[+]"), "dataset.toml:2: a table header must hold a key"));
  EXPECT_TRUE(contains(refusal(two + "\xC3\xA4 = 1\n"), "dataset.toml:3: byte 0xc3 outside of quotes"));
  EXPECT_TRUE(contains(refusal(two + "test = '\xFF'\n"), "dataset.toml:3: byte 0xff is not UTF-8"));
  const std::string large = refusal(two + std::string(1 << 20, '\n'));
  EXPECT_TRUE(contains(large, "is more than the limit of 1048576"));
}

TEST(DatasetToml, MistakesAreNamedByLine) {
  const std::pair<std::string, std::string> cases[] = {
      {two + "developement = \"d.tsv\"\n",
       ":3: unknown key developement, must be one of base_train, novel_train, development, test, index, "
       "columns"},
      {"base_train = 3\n", ":1: base_train must be a path"},
      {two + "index = \"\"\n", ":3: index must be a path"},
      {two + "test =\n", ":3: "},
      {"columns = 1\n", ":1: columns must be a table"},
      {two + "[columns]\ntrain = []\n", ":4: unknown key train, must be one of base_train, novel_train, "},
      {two + "[columns]\ntest = [\"photo\"]\n", ":4: columns.test has no file test"},
      {two + "[columns]\nbase_train = []\n", ":4: columns.base_train must be an array of column names"},
      {two + "[columns]\nbase_train = [\"photo\",\n\"id\"]\n",
       ":5: columns.base_train may hold set, image_id, "},
      {two + "[columns]\nbase_train = [\"photo\", 1]\n", "got no text"},
      {two + "[columns]\nbase_train = [\"photo\", \"mid\", \"mid\"]\n",
       ":4: columns.base_train has mid twice"},
      {two + "[columns]\nbase_train = [\"mid\"]\n", ":4: columns.base_train must have a column photo"},
      {two + "[columns]\nbase_train = [\"photo\"]\n", ":4: columns.base_train must have a column mid"},
      {"novel_train = \"n.tsv\"\n", "must name a file as base_train"},
      {"base_train = \"b.tsv\"\ntest = \"t.tsv\"\n", "must name a file as novel_train, because"}};
  for (const auto& [text, message] : cases) {
    const std::string got = error_text([&] { read(text); });
    EXPECT_PRED_FORMAT2(testing::IsSubstring, message, got);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "dataset.toml", got);
  }
}

TEST(DatasetToml, IsToldFromAFolderByNameAndKind) {
  const fs::path folder = fresh_folder();
  fs::create_directories(folder / "people.toml");
  EXPECT_FALSE(is_dataset_toml(folder / "people.toml"));
  EXPECT_FALSE(is_dataset_toml(folder));
  EXPECT_TRUE(is_dataset_toml(folder / "missing.toml"));
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "No such file or directory",
                      error_text<IoError>([&] { read_dataset_toml(folder / "missing.toml"); }));
}

}  // namespace
}  // namespace dg
