#include "data/tsv/tsv_index_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "interop/checksum.h"
#include "interop/whole_file.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr TsvColumns kept_columns{.count = 5, .photo = 2, .mid = 3, .set = 0};

bool same(const TsvIndex& a, const TsvIndex& b) {
  return a.start == b.start && a.identity == b.identity && a.part == b.part && a.mids == b.mids &&
         a.bad.count == b.bad.count && a.bad.why == b.bad.why;
}

struct Kept : testing::Test {
  void SetUp() override {
    folder = fresh_folder();
    tsv = folder / "x.tsv";
    kept = tsv_index_path(tsv, "");
    write_text(tsv, text);
  }
  KeptTsvIndex open() const { return load_or_scan_tsv(tsv, kept_columns, kept); }
  // Other bytes under the old time of change.
  void rewrite(const std::string& other) const {
    const auto time = fs::last_write_time(tsv);
    write_text(tsv, other);
    fs::last_write_time(tsv, time);
  }
  const std::string text =
      "BaseSet\t1\tAAAA\tm.a\tu\nNovelSet\t2\tBBBB\tm.b\tu\nbad row\nBaseSet\t4\tCCCC\tm.a\tu\n";
  fs::path folder, tsv, kept;
};

TEST_F(Kept, TheSecondStartReadsTheIndexAndGetsTheSame) {
  const KeptTsvIndex first = open();
  EXPECT_TRUE(first.scanned);
  EXPECT_EQ(first.not_kept, "");
  EXPECT_TRUE(fs::exists(folder / "x.tsv.index"));
  const KeptTsvIndex second = open();
  EXPECT_FALSE(second.scanned);
  EXPECT_TRUE(same(first.index, second.index));
  EXPECT_TRUE(same(second.index, scan_tsv(tsv, kept_columns)));
  EXPECT_EQ(second.index.bad.why.at(3), "1 columns, must be 5");
}

TEST_F(Kept, AChangedFileIsIndexedAgain) {
  open();
  std::string other = text;
  other[other.find("m.b")] = 'n';  // same size, same time
  rewrite(other);
  KeptTsvIndex index = open();
  EXPECT_TRUE(index.scanned);
  EXPECT_EQ(index.index.mids, (std::vector<std::string>{"m.a", "n.b"}));
  EXPECT_FALSE(open().scanned);

  rewrite(other + "NovelSet\t5\tDDDD\tm.c\tu\n");  // same time
  index = open();
  EXPECT_TRUE(index.scanned);
  EXPECT_EQ(index.index.lines(), 5);
  EXPECT_FALSE(open().scanned);

  fs::last_write_time(tsv, fs::last_write_time(tsv) + std::chrono::seconds(1));  // same bytes
  EXPECT_TRUE(open().scanned);
  EXPECT_FALSE(open().scanned);
}

TEST_F(Kept, TheEndOfALongFileCountsToo) {
  std::string longer = text;
  while (longer.size() < 200'000) longer += text;
  write_text(tsv, longer);
  open();
  EXPECT_FALSE(open().scanned);
  longer[longer.size() - 2] = 'v';
  rewrite(longer);
  EXPECT_TRUE(open().scanned);
}

TEST_F(Kept, OtherColumnsNeedAnotherIndex) {
  open();
  const TsvColumns unlabelled{.count = 5, .photo = 2, .mid = -1, .set = -1};
  const KeptTsvIndex index = load_or_scan_tsv(tsv, unlabelled, kept);
  EXPECT_TRUE(index.scanned);
  EXPECT_EQ(index.index.identity.front(), TsvIndex::unlabelled);
  EXPECT_FALSE(load_or_scan_tsv(tsv, unlabelled, kept).scanned);
}

TEST_F(Kept, ADamagedIndexIsMadeAgain) {
  const TsvIndex right = open().index;
  const auto bytes = read_file_bytes(kept, 1 << 20);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= 0x10;
    write_file_bytes(kept, damaged);
    const KeptTsvIndex index = open();
    EXPECT_TRUE(index.scanned) << "byte " << i;
    EXPECT_TRUE(same(index.index, right)) << "byte " << i;
  }
  for (std::size_t n = 0; n < bytes.size(); n += 7) {
    write_file_bytes(kept, std::span(bytes).first(n));
    EXPECT_TRUE(open().scanned) << n << " bytes";
  }
  EXPECT_FALSE(open().scanned);
}

// Whoever hands a file on may have written anything into its index, with the right checksum. Names and
// reasons cannot be held against anything short of a scan; every number can.
TEST_F(Kept, AnIndexWithOtherNumbersIsMadeAgain) {
  const KeptTsvIndex good = open();
  const auto index_bytes = read_file_bytes(kept);
  const std::string index(as_text(index_bytes));
  int scanned = 0;
  constexpr std::size_t numbers = 8 + 7 * 8;  // behind the mark and what identifies the TSV file
  for (std::size_t at = numbers; at + 12 <= index.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::string other = index;
      other[at] = static_cast<char>(value);
      other.resize(other.size() - 8);
      const std::uint64_t sum = checksum_of_words(std::as_bytes(std::span(other)));
      other.append(reinterpret_cast<const char*>(&sum), 8);
      write_text(kept, other);
      const KeptTsvIndex now = open();
      scanned += now.scanned;
      EXPECT_TRUE(std::ranges::is_sorted(now.index.start)) << at;
      EXPECT_EQ(now.index.start.back(), text.size()) << at;
      EXPECT_EQ(now.index.start.size(), good.index.start.size()) << at;
      EXPECT_EQ(now.index.bad.count, good.index.bad.count) << at;
      for (const std::int32_t identity : now.index.identity)
        EXPECT_LT(identity, std::ssize(now.index.mids)) << at;
    }
  }
  EXPECT_GT(scanned, 300);
}

// Two names of one identity, and an identity that no line shows, could not come from a scan.
TEST_F(Kept, AnIndexWithOtherIdentitiesIsMadeAgain) {
  const TsvIndex right = open().index;
  const auto bytes = read_file_bytes(kept);
  const std::string index(as_text(std::span(bytes).first(bytes.size() - 8)));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string other = index;
    other.replace(other.find(from), from.size(), to);
    const std::uint64_t sum = checksum_of_words(std::as_bytes(std::span(other)));
    other.append(reinterpret_cast<const char*>(&sum), 8);
    write_text(kept, other);
    const KeptTsvIndex now = open();
    EXPECT_TRUE(same(now.index, right) || !now.scanned);
    return now.scanned;
  };
  const auto numbers = [](std::initializer_list<std::int32_t> values) {
    return std::string(reinterpret_cast<const char*>(values.begin()), 4 * values.size());
  };
  EXPECT_FALSE(with("m.a", "m.c"));  // another name may be right
  EXPECT_TRUE(with("m.a", "m.b"));
  EXPECT_TRUE(with(numbers({0, 1, -2, 0}), numbers({0, 0, -2, 0})));
  EXPECT_TRUE(with(numbers({0, 1, -2, 0}), numbers({1, 0, -2, 0})));
}

// The bytes that every version has written for this file: an index of an older program is still read.
TEST_F(Kept, TheFormatStays) {
  const timespec time{1'700'000'000, 123'456'789};
  const timespec times[2] = {time, time};
  ASSERT_EQ(::utimensat(AT_FDCWD, tsv.c_str(), times, 0), 0);
  open();
  const auto bytes = read_file_bytes(kept);
  EXPECT_EQ(bytes.size(), 238u);
  EXPECT_TRUE(as_text(bytes).starts_with("DGTSVIX1"));
  EXPECT_EQ(checksum(std::as_bytes(std::span(bytes))), 0x5e9a00b6fd7437f4u);
}

TEST_F(Kept, AFolderOfTheUsersChoiceIsMade) {
  const fs::path other = tsv_index_path(tsv, folder / "a/b");
  EXPECT_EQ(other, folder / "a/b/x.tsv.index");
  EXPECT_TRUE(load_or_scan_tsv(tsv, kept_columns, other).scanned);
  EXPECT_TRUE(fs::exists(other));
  EXPECT_FALSE(fs::exists(kept));
  EXPECT_FALSE(load_or_scan_tsv(tsv, kept_columns, other).scanned);
}

TEST_F(Kept, AnIndexThatCannotBeWrittenIsRightAllTheSame) {
  write_text(folder / "file", "not a folder");
  const fs::path nowhere = folder / "file" / "x.tsv.index";
  const KeptTsvIndex index = load_or_scan_tsv(tsv, kept_columns, nowhere);
  EXPECT_TRUE(index.scanned);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, nowhere.string(), index.not_kept);
  EXPECT_TRUE(same(index.index, scan_tsv(tsv, kept_columns)));
}

}  // namespace
}  // namespace dg
