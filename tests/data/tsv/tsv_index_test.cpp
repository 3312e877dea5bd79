#include "data/tsv/tsv_index.h"

#include <gtest/gtest.h>

#include <sstream>

#include "error_text.h"
#include "tensor/check.h"
#include "tensor/rng.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
using IdentityNumbers = std::vector<std::int32_t>;
using Offsets = std::vector<std::uint64_t>;

constexpr TsvColumns development_columns{.count = 5, .photo = 2, .mid = 3, .set = 0};

fs::path file_of(const std::string& text) {
  const fs::path path = fresh_folder() / "x.tsv";
  write_text(path, text);
  return path;
}

TEST(TsvIndex, RowsWhoseTheyAreAndWhereTheyBegin) {
  const std::string text = "1\tAAAA\tm.b\t1\tu\n2\tBB==\tm.a\t1\tu\n3\tCCCC\tm.b\t2\t\n";
  const TsvIndex index = scan_tsv(file_of(text), {});
  EXPECT_EQ(index.mids, (Texts{"m.b", "m.a"}));
  EXPECT_EQ(index.identity, (IdentityNumbers{0, 1, 0}));
  EXPECT_EQ(index.start, (Offsets{0, 15, 30, 44}));
  EXPECT_EQ(index.lines(), 3);
  EXPECT_TRUE(index.part.empty());
  EXPECT_EQ(index.bad.count, 0);
  EXPECT_EQ(summary(index.bad, 3, "x.tsv"), "");
}

TEST(TsvIndex, AnyLineEndingAndAMarkAtTheStartGiveTheSameRows) {
  const std::string row = "1\tAAAA\tm.b\t1\tu", other = "2\tBBBB\tm.a\t1\tu";
  for (const std::string& text :
       {row + "\n" + other + "\n", row + "\r\n" + other + "\r\n", row + "\n" + other, row + "\r\n" + other,
        "\xEF\xBB\xBF" + row + "\n" + other}) {
    const fs::path path = file_of(text);
    const TsvIndex index = scan_tsv(path, {});
    EXPECT_EQ(index.identity, (IdentityNumbers{0, 1})) << text;
    EXPECT_EQ(index.bad.count, 0) << text;
    EXPECT_EQ(index.start.back(), text.size());
    EXPECT_EQ(text.substr(index.start[0], row.size()), row);
    EXPECT_EQ(text.substr(index.start[1], other.size()), other);
  }
  EXPECT_EQ(scan_tsv(file_of(""), {}).lines(), 0);
  EXPECT_EQ(scan_tsv(file_of(""), {}).start, Offsets{0});
}

TEST(TsvIndex, CrlfDoesNotGetIntoTheLastColumn) {
  const TsvColumns columns{.count = 3, .photo = 1, .mid = 2};
  EXPECT_EQ(scan_tsv(file_of("1\tAAAA\tm.a\r\n2\tAAAA\tm.a\n3\tAAAA\tm.a\r"), columns).mids, Texts{"m.a"});
}

TEST(TsvIndex, BadRowsAreNamedByLineAndTheOthersStay) {
  const fs::path path = file_of(
      "BaseSet\t1\tAAAA\tm.a\tu\n"
      "BaseSet\t2\tAAAA\tm.a\n"
      "NovelSet\t3\tAAAA\tm.b\tu\tv\n"
      "\n"
      "BaseSet\t5\t\tm.a\tu\n"
      "BaseSet\t6\tAAAA\t\tu\r\n"
      "Other\t7\tAAAA\tm.a\tu\n"
      "novel\t8\tAAAA\tm.b\tu\n"
      "BaseSet\t9\tAA");
  const TsvIndex index = scan_tsv(path, development_columns);
  constexpr std::int32_t bad = TsvIndex::bad_row;
  EXPECT_EQ(index.identity, (IdentityNumbers{0, bad, bad, bad, bad, bad, bad, 1, bad}));
  EXPECT_EQ(index.mids, (Texts{"m.a", "m.b"}));
  EXPECT_EQ(index.part.front(), TsvIndex::base);
  EXPECT_EQ(index.part[7], TsvIndex::novel);
  const std::string p = path.string();
  EXPECT_EQ(summary(index.bad, index.lines(), path, 10),
            "7 of 9 rows of " + p + " cannot be used" +                                           //
                "\n  " + p + ":2: 4 columns, must be 5" +                                         //
                "\n  " + p + ":3: 6 columns, must be 5" +                                         //
                "\n  " + p + ":4: 0 columns, must be 5" +                                         //
                "\n  " + p + ":5: the photo, column 3, is empty" +                                //
                "\n  " + p + ":6: the MID, column 4, is empty" +                                  //
                "\n  " + p + ":7: the set, column 1, must begin with base or novel, got Other" +  //
                "\n  " + p + ":9: 3 columns, must be 5");
  EXPECT_TRUE(summary(index.bad, index.lines(), path, 2).ends_with(":3: 6 columns, must be 5\n  and 5 more"));
}

TEST(TsvIndex, OnlyTheFirstBadRowsAreListedButAllAreCounted) {
  std::string text;
  for (int i = 0; i < 250; ++i) text += "x\n";
  const BadRows bad = scan_tsv(file_of(text), {}).bad;
  EXPECT_EQ(bad.count, 250);
  EXPECT_EQ(bad.why.size(), BadRows::listed);
  EXPECT_EQ(bad.why.rbegin()->first, 100);
}

TEST(TsvIndex, ALineAboveTheLimitIsBadAndTheNextOneIsRead) {
  const std::string good = "1\tAAAA\tm.a\t1\tu\n";
  const fs::path path = file_of(good + "2\t" + std::string(9'000'000, 'A') + "\tm.b\t1\tu\n" + good);
  for (const std::int64_t limit : {20, 8'999'999}) {
    const TsvIndex index = scan_tsv(path, {}, limit);
    EXPECT_EQ(index.identity, (IdentityNumbers{0, TsvIndex::bad_row, 0}));
    EXPECT_EQ(index.bad.why.at(2), fmt::format("the line has more than {} bytes", limit));
    EXPECT_EQ(index.start.back(), fs::file_size(path));
  }
  EXPECT_EQ(scan_tsv(path, {}).identity, (IdentityNumbers{0, 1, 0}));
}

// The scan reads in pieces; a plain reader of lines knows nothing of them.
TEST(TsvIndex, PiecesDoNotShow) {
  Rng rng(5, 0);
  std::string text;
  while (text.size() < 9'500'000) {
    const std::size_t length = rng.below(20) == 0 ? 1'000'000 + rng.below(500'000) : 4 * rng.below(3000);
    text += fmt::format("1\t{}\tm.{}\t1\tu{}", std::string(length, 'A'), rng.below(30),
                        rng.below(2) == 0 ? "\r\n" : "\n");
  }
  const TsvIndex index = scan_tsv(file_of(text), {});
  std::istringstream in(text);
  std::uint64_t start = 0;
  std::int64_t line = 0;
  for (std::string row; std::getline(in, row); ++line) {
    ASSERT_LT(line, index.lines());
    EXPECT_EQ(index.start[static_cast<std::size_t>(line)], start);
    start += row.size() + 1;
    const std::int32_t id = index.identity[static_cast<std::size_t>(line)];
    if (tsv_column(row, 1).empty()) {
      EXPECT_EQ(id, TsvIndex::bad_row);
    } else {
      ASSERT_GE(id, 0);
      EXPECT_EQ(index.mids[static_cast<std::size_t>(id)], tsv_column(row, 2));
    }
  }
  EXPECT_EQ(line, index.lines());
  EXPECT_EQ(index.start.back(), text.size());
}

TEST(TsvIndex, ColumnsOfARow) {
  EXPECT_EQ(tsv_column("a\tb\t\td", 0), "a");
  EXPECT_EQ(tsv_column("a\tb\t\td", 1), "b");
  EXPECT_EQ(tsv_column("a\tb\t\td", 2), "");
  EXPECT_EQ(tsv_column("a\tb\t\td", 3), "d");
  EXPECT_EQ(tsv_column("a\tb\t\td", 4), "");
}

TEST(TsvIndex, AFileThatIsNotThereOrNoFile) {
  const fs::path folder = fresh_folder();
  EXPECT_EQ(error_text<IoError>([&] { scan_tsv(folder / "no.tsv", {}); }),
            (folder / "no.tsv").string() + ": No such file or directory");
  EXPECT_EQ(error_text<IoError>([&] { scan_tsv(folder, {}); }), folder.string() + ": not a regular file");
}

}  // namespace
}  // namespace dg
