#include "data/tsv/celeb_tsv.h"

#include <gtest/gtest.h>

#include "data/loader.h"
#include "data/photo_store.h"
#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"
#include "tests/data/tsv/celeb_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
using PhotoIds = std::vector<PhotoId>;
using testing::IsSubstring;

constexpr int photo_size = 8;

struct Celeb : testing::Test {
  void SetUp() override {
    const fs::path folder = fresh_folder();
    files.emplace(twelve_faces(folder / "faces"), folder / "tsv");
  }
  CelebTsv open(HeldOut held_out = HeldOut::development, const CelebTsvOptions& rest = {}) const {
    CelebTsvOptions options = rest;
    options.held_out = held_out;
    return open_celeb_tsv(read_dataset_toml(files->toml()), options);
  }
  std::string name(const std::string& role, int line) const {
    return fmt::format("{}:{}", files->tsv(role).string(), line);
  }
  std::optional<CelebFiles> files;
};

TEST_F(Celeb, TheSamePhotosAsAClassFolderAreTheSameSetAndSplit) {
  const CelebTsv celeb = open();
  EXPECT_EQ(celeb.photos.classes, files->set.classes);
  EXPECT_EQ(celeb.photos.first_photo, files->set.first_photo);
  ASSERT_EQ(celeb.photos.photos.size(), 48u);
  for (int p = 0; p < 48; ++p) {
    EXPECT_EQ(celeb.photos.photos[p].class_id, files->set.photos[p].class_id);
    EXPECT_EQ(celeb.photos.source->bytes(p, 1 << 20), files->set.source->bytes(p, 1 << 20)) << p;
  }
  const Split &a = celeb.split, &b = files->split;
  EXPECT_EQ(a.base_classes, b.base_classes);
  EXPECT_EQ(a.novel_classes, b.novel_classes);
  EXPECT_EQ(a.training_class, b.training_class);
  EXPECT_EQ(a.base_train, b.base_train);
  EXPECT_EQ(a.base_test, b.base_test);
  EXPECT_EQ(a.novel_enrol, b.novel_enrol);
  EXPECT_EQ(a.novel_test, b.novel_test);
  EXPECT_FALSE(a.test_may_enrol);
  EXPECT_TRUE(celeb.unlabelled.empty());
  EXPECT_EQ(celeb.notes.size(), 3u) << "each file is indexed once";
  EXPECT_TRUE(open().notes.empty());
  EXPECT_EQ(summary(celeb.photos), "48 photos of 12 identities");
}

TEST_F(Celeb, PhotosAreNamedByFileAndLine) {
  const CelebTsv celeb = open();
  for (std::size_t i = 0; i < files->held_out.size(); ++i) {
    EXPECT_EQ(celeb.photos.name(files->held_out[i]), name("development", static_cast<int>(i) + 1));
    EXPECT_EQ(celeb.rows->line(files->held_out[i]), static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(celeb.photos.name(celeb.split.novel_enrol[1]), name("novel", 2));
}

TEST_F(Celeb, ATestSetWithoutTruthBelongsToNobody) {
  const CelebTsv celeb = open(HeldOut::test);
  ASSERT_EQ(celeb.unlabelled.size(), files->held_out.size());
  for (std::size_t i = 0; i < celeb.unlabelled.size(); ++i) {
    const PhotoId p = celeb.unlabelled[i];
    EXPECT_EQ(celeb.photos.photos[p].class_id, -1);
    EXPECT_EQ(celeb.photos.name(p), name("test", static_cast<int>(i) + 1));
    EXPECT_EQ(celeb.photos.source->bytes(p, 1 << 20), files->set.source->bytes(files->held_out[i], 1 << 20));
  }
  EXPECT_EQ(celeb.photos.first_photo.back(), 30);  // 9 x 3 base, 3 novel
  for (const auto& tests : celeb.split.novel_test) EXPECT_TRUE(tests.empty());

  PhotoStore store(celeb.photos, replacement_lists(celeb.photos, celeb.split), {.size = photo_size});
  std::vector<std::uint8_t> pixels(store.image_bytes());
  EXPECT_EQ(store.load(celeb.unlabelled[2], pixels.data()), celeb.unlabelled[2]);
}

TEST_F(Celeb, ATestSetWithTruthIsSplitLikeTheDevelopmentSet) {
  std::ofstream(files->toml(), std::ios::app)
      << "[columns]\ntest = [\"set\", \"image_id\", \"photo\", \"mid\", \"url\"]\n";
  EXPECT_EQ(open(HeldOut::test).split.novel_test, open().split.novel_test);
}

TEST_F(Celeb, ThePhotoMayBeTheLastColumn) {
  std::ofstream(files->toml(), std::ios::app) << "[columns]\ntest = [\"image_id\", \"photo\"]\n";
  for (const char* end : {"\n", "\r\n"}) {
    std::ofstream(files->tsv("test"), std::ios::binary)
        << "7\t" << to_base64(files->set.source->bytes(files->held_out[0], 1 << 20)) << end << "8\t"
        << to_base64(files->set.source->bytes(files->held_out[1], 1 << 20));  // no ending
    const CelebTsv celeb = open(HeldOut::test);
    ASSERT_EQ(celeb.unlabelled.size(), 2u);
    for (const std::size_t i : {0, 1}) {
      EXPECT_EQ(celeb.photos.source->bytes(celeb.unlabelled[i], 1 << 20),
                files->set.source->bytes(files->held_out[i], 1 << 20));
    }
  }
}

TEST_F(Celeb, HeldOutRowsThatCannotBeScoredAreNamed) {
  Texts rows = files->lines("development");
  const std::string mid = files->set.classes[0];
  const std::size_t base = rows.size(), novel = rows.size() + 2;
  rows.push_back(rows[1]);  // a base row ...
  ASSERT_TRUE(rows[base].starts_with("BaseSet"));
  rows[base].replace(0, 7, "NovelSet");
  rows.push_back("NovelSet\t1\tAAAA\tm.stranger\tu");
  rows.push_back(rows[0]);
  ASSERT_TRUE(rows[novel].starts_with("NovelSet"));
  rows[novel].replace(0, 8, "BaseSet");
  files->rewrite("development", rows);
  const CelebTsv celeb = open();
  ASSERT_EQ(celeb.notes.size(), 4u);
  EXPECT_EQ(
      celeb.notes[3],
      fmt::format("3 of 21 rows of {} cannot be used", files->tsv("development").string()) + "\n  " +
          name("development", 19) + ": the set is novel, but the identity is in the base training file\n  " +
          name("development", 20) + ": m.stranger is in neither training file\n  " + name("development", 21) +
          ": the set is base, but the identity is in the novel training file");
  EXPECT_EQ(celeb.photos.photos.size(), 48u);
}

TEST_F(Celeb, ANovelIdentityHasOnePhotoAndTheNextOnesAreBadRows) {
  Texts rows = files->lines("novel");
  rows.insert(rows.begin() + 1, rows[0]);
  files->rewrite("novel", rows);
  const CelebTsv celeb = open();
  EXPECT_EQ(celeb.split.novel_enrol.size(), 3u);
  EXPECT_EQ(celeb.photos.name(celeb.split.novel_enrol[0]), name("novel", 1));
  EXPECT_PRED_FORMAT2(IsSubstring, name("novel", 2) + ": a second photo of the novel identity of line 1",
                      celeb.notes.back());
}

TEST_F(Celeb, BadTrainingRowsAreNamedAndTheRestTrains) {
  Texts rows = files->lines("base");
  rows[4] = "5\tAAAA";
  files->rewrite("base", rows);
  const CelebTsv celeb = open();
  EXPECT_EQ(celeb.photos.photos.size(), 47u);
  EXPECT_EQ(celeb.split.base_train[4].size(), 2u);
  EXPECT_PRED_FORMAT2(IsSubstring, name("base", 5) + ": 2 columns, must be 5", celeb.notes.back());
}

TEST_F(Celeb, ABrokenPhotoIsReplacedByTheNextGoodTrainingPhotoOfItsIdentity) {
  Texts rows = files->lines("base");  // rows 0..8: the first photo of each; 9..17: the second
  const std::size_t start = rows[9].find('\t') + 1, end = rows[9].find('\t', start);
  rows[9].erase(end - 3, 3);  // cut off inside a group
  rows[0].replace(start, 4, "@@@@");
  files->rewrite("base", rows);
  const CelebTsv celeb = open();
  const PhotoIds photos = celeb.split.base_train[0];
  EXPECT_EQ(photos, (PhotoIds{0, 1, 2}));
  PhotoStore store(celeb.photos, replacement_lists(celeb.photos, celeb.split), {.size = photo_size});
  Loader loader(store, {.workers = 2});
  loader.submit(0, {0, 1, 2});
  const LoadedBatch batch = loader.take(0);
  EXPECT_EQ(PhotoIds(batch.photos.begin(), batch.photos.end()), (PhotoIds{2, 2, 2}));
  const BrokenPhotos broken = store.broken();
  ASSERT_EQ(broken.entries.size(), 2u);
  EXPECT_EQ(broken.entries[0].why, name("base", 1) + ": [base64] position 0: 0x40 is no character of base64");
  EXPECT_EQ(broken.entries[1].name, name("base", 10));
  EXPECT_PRED_FORMAT2(IsSubstring, name("base", 10) + ": [base64] position ", broken.entries[1].why);
  EXPECT_PRED_FORMAT2(IsSubstring, "the text ends inside a group of four characters", broken.entries[1].why);
}

TEST_F(Celeb, GoodBase64OfNoJpegIsABrokenPhotoToo) {
  Texts rows = files->lines("novel");
  rows[1] = "1\tbm8gcGljdHVyZQ==\t" + files->set.classes[10] + "\t1\tu";
  files->rewrite("novel", rows);
  const CelebTsv celeb = open();
  PhotoStore store(celeb.photos, replacement_lists(celeb.photos, celeb.split), {.size = photo_size});
  std::vector<std::uint8_t> pixels(store.image_bytes());
  // No held-out photo may take its place.
  EXPECT_EQ(error_text([&] { store.load(celeb.split.novel_enrol[1], pixels.data()); }),
            "[photo_store] identity " + files->set.classes[10] +
                ": none of the 1 photos it can use here decodes, and nothing stands in for them: mend or "
                "remove them (doppel check DATA names all that are broken). [decode_photo] " +
                name("novel", 2) + ": JPEG, PNG and WebP are read, this begins with 0x6e 0x6f 0x20 0x70");
}

TEST_F(Celeb, AFileThatChangesAfterItWasOpenedGivesNoWrongPhoto) {
  const CelebTsv celeb = open();
  Texts rows = files->lines("base");
  rows.erase(rows.begin());
  rows[0] += std::string(20, 'x');
  files->rewrite("base", rows);
  EXPECT_PRED_FORMAT2(IsSubstring, name("base", 1) + ": the file has changed since it was indexed",
                      error_text<IoError>([&] { celeb.photos.source->bytes(0, 1 << 20); }));
  EXPECT_PRED_FORMAT2(
      IsSubstring, "the file has become shorter since it was indexed",
      error_text<IoError>([&] { celeb.photos.source->bytes(celeb.split.base_train[8][2], 1 << 20); }));
}

TEST_F(Celeb, AChangedFileIsIndexedAgain) {
  open();
  Texts rows = files->lines("base");
  rows.push_back("99\t" + to_base64(encode_jpeg(gradient(16, 16), 90)) + "\tm.late\t1\tu");
  files->rewrite("base", rows);
  const CelebTsv celeb = open();
  EXPECT_EQ(celeb.photos.classes.back(), "m.late");
  EXPECT_EQ(celeb.notes, Texts{"indexed " + files->tsv("base").string()});
  EXPECT_EQ(decode_jpeg(celeb.photos.source->bytes(48, 1 << 20), "x").width, 16);
}

TEST_F(Celeb, PhotosAboveTheLimitAreRefused) {
  const CelebTsv celeb = open();
  EXPECT_PRED_FORMAT2(IsSubstring, "bytes is more than the limit of 100",
                      error_text<IoError>([&] { celeb.photos.source->bytes(3, 100); }));
}

TEST_F(Celeb, SetsThatMakeNoSenseAreRefused) {
  const Texts novel = files->lines("novel"), development = files->lines("development");
  files->rewrite("novel", {novel[0], novel[1], files->lines("base")[3]});
  EXPECT_EQ(error_text([&] { open(); }),
            fmt::format("[celeb_tsv] no identity may be in {} and in {}, but {} is",
                        files->tsv("base").string(), files->tsv("novel").string(), files->set.classes[3]));
  files->rewrite("novel", novel);

  files->rewrite("development", {});
  EXPECT_EQ(error_text([&] { open(); }),
            "[celeb_tsv] " + files->tsv("development").string() + " has no rows");
  files->rewrite("development", {"a\tb", "c"});
  EXPECT_PRED_FORMAT2(IsSubstring, "2 of 2 rows of", error_text([&] { open(); }));

  Texts rows = development;
  for (int i = 0; i < 2; ++i) rows.push_back("short");
  files->rewrite("development", rows);
  EXPECT_EQ(open().photos.photos.size(), 48u) << "2 bad rows of 20 are within the default";
  const CelebTsvOptions strict{.max_bad_share = 0.05, .min_bad = 2};
  EXPECT_PRED_FORMAT2(IsSubstring, "2 of 20 rows of",
                      error_text([&] { open(HeldOut::development, strict); }));

  write_text(files->toml(), "base_train = \"base.tsv\"\n");
  EXPECT_EQ(error_text([&] { open(); }),
            "[celeb_tsv] dataset.toml must name a file as development to recognise it");
  EXPECT_EQ(open(HeldOut::none).split.novel_classes.size(), 0u);
}

TEST_F(Celeb, TheFirstAndTheLastHeldOutRowMayContradictTheTrainingFiles) {
  Texts rows = files->lines("development");
  ASSERT_TRUE(rows.front().starts_with("NovelSet"));
  rows.front().replace(0, 8, "BaseSet");
  const auto last = std::find_if(rows.rbegin(), rows.rend(),
                                 [](const std::string& row) { return row.starts_with("BaseSet"); });
  ASSERT_NE(last, rows.rend());
  last->replace(0, 7, "NovelSet");
  std::swap(*last, rows.back());
  const auto count = static_cast<int>(rows.size());
  files->rewrite("development", rows);
  const CelebTsv celeb = open();
  EXPECT_EQ(
      celeb.notes.back(),
      fmt::format("2 of {} rows of {} cannot be used", count, files->tsv("development").string()) + "\n  " +
          name("development", 1) + ": the set is base, but the identity is in the novel training file\n  " +
          name("development", count) + ": the set is novel, but the identity is in the base training file");
  EXPECT_EQ(celeb.photos.photos.size(), 46u);
}

}  // namespace
}  // namespace dg
