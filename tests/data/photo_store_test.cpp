#include "data/photo_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "data/class_folder.h"
#include "error_text.h"
#include "interop/system_error.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<PhotoId>;
using Bytes = std::vector<std::uint8_t>;
constexpr int stored_size = 8;
constexpr std::int64_t stored_bytes = stored_size * stored_size * 3;

// alice 0..4, bob 5..7; photo p has blue = 20 + 20 p
PhotoSet two_people(const fs::path& data) {
  for (int p = 0; p < 8; ++p) {
    write_photo(data / (p < 5 ? "alice" : "bob") / (std::to_string(p) + ".jpg"), 20 + 20 * p);
  }
  return scan_class_folder(data);
}

// Which photo the pixels are, by their blue.
int photo_shown(const Bytes& pixels) { return (pixels[2] - 10) / 20; }

Bytes load(PhotoStore& store, PhotoId photo, PhotoId expected) {
  Bytes pixels(store.image_bytes());
  EXPECT_EQ(store.load(photo, pixels.data()), expected);
  EXPECT_EQ(photo_shown(pixels), expected);
  return pixels;
}

TEST(PhotoStore, GivesDecodedResizedPhotosCachedOrNot) {
  const PhotoSet set = two_people(fresh_folder());
  for (const std::int64_t limit : {std::int64_t{0}, stored_bytes - 1, 3 * stored_bytes, 100 * stored_bytes}) {
    PhotoStore store(set, replacement_lists(set), {.size = stored_size, .memory_bytes = limit});
    for (int round = 0; round < 3; ++round) {
      for (int p = 0; p < 8; ++p) {
        Bytes expected(stored_bytes);
        resize(read_jpeg(set.name(p)), stored_size, expected.data());
        EXPECT_EQ(load(store, p, p), expected);
      }
    }
    EXPECT_EQ(store.cached_bytes(), std::min(limit / stored_bytes, std::int64_t{8}) * stored_bytes);
  }
}

// A disk that fails the first `failures` times.
class Failing : public PhotoSource {
 public:
  Failing(std::shared_ptr<const PhotoSource> source, int failures)
      : source_(std::move(source)), left_(failures) {}
  std::string name(PhotoId photo) const override { return source_->name(photo); }
  std::uint64_t fingerprint(PhotoId photo) const override { return source_->fingerprint(photo); }
  std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t max_bytes) const override {
    if (left_-- > 0) throw_system_error(name(photo), EIO);
    return source_->bytes(photo, max_bytes);
  }

 private:
  const std::shared_ptr<const PhotoSource> source_;
  mutable int left_;
};

TEST(PhotoStore, AFailingDiskIsNoBrokenPhoto) {
  PhotoSet set = two_people(fresh_folder());
  const auto source = set.source;
  const PhotoStoreOptions options{.size = stored_size,
                                  .patience = {.tries_again = 3, .seconds_before_trying = 1e-4}};
  set.source = std::make_shared<Failing>(source, 3);
  PhotoStore store(set, replacement_lists(set), options);
  load(store, 2, 2);
  set.source = std::make_shared<Failing>(source, 4);
  PhotoStore failed(set, replacement_lists(set), options);
  Bytes pixels(failed.image_bytes());
  EXPECT_EQ(error_text<Unavailable>([&] { failed.load(2, pixels.data()); }),
            set.name(2) + ": Input/output error (tried 4 times; the photo itself may be good)");
  load(failed, 2, 2);  // it is not remembered as broken
}

TEST(PhotoStore, CachedPhotosNeedTheirFileNoMore) {
  const PhotoSet set = two_people(fresh_folder());
  PhotoStore store(set, replacement_lists(set), {.size = stored_size, .memory_bytes = stored_bytes});
  load(store, 3, 3);
  load(store, 4, 4);  // no room left: decoded every time
  fs::remove(set.name(3));
  fs::remove(set.name(4));
  load(store, 3, 3);
  load(store, 4, 0);
}

TEST(PhotoStore, CropIsTakenBeforeResizing) {
  const PhotoSet set = two_people(fresh_folder());
  const CropBox box{4, 2, 9, 10};
  PhotoStore store(set, replacement_lists(set), {.size = stored_size, .crop = box});
  Bytes expected(stored_bytes);
  resize(read_jpeg(set.name(6)), stored_size, expected.data(), box);
  EXPECT_EQ(load(store, 6, 6), expected);
}

TEST(PhotoStore, BrokenPhotoIsReplacedByTheNextGoodOneOfItsIdentity) {
  const PhotoSet set = two_people(fresh_folder());
  for (const int p : {1, 2, 4, 7}) break_photo(set, p);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size, .memory_bytes = 100 * stored_bytes});
  const Ids expected = {0, 3, 3, 3, 0, 5, 6, 5};
  for (int round = 0; round < 2; ++round) {
    for (int p = 7; p >= 0; --p) load(store, p, expected[p]);
  }
}

TEST(PhotoStore, TrainPhotosAreReplacedByTrainPhotosOnly) {
  const PhotoSet set = two_people(fresh_folder());
  // alice trains with 0 1 2 and tests with 3 4; bob enrols with 5 and tests with 6 7
  const Split split = split_photos(
      set, {.base = SplitOptions::Base::first, .first_identities = 1, .base_test_photos = 2}, Rng(1));
  for (const int p : {2, 3, 5, 7}) break_photo(set, p);
  PhotoStore store(set, replacement_lists(set, split), {.size = stored_size});
  const Ids expected = {0, 1, 0, 4, 4, 6, 6, 6};
  for (int p = 0; p < 8; ++p) load(store, p, expected[p]);
}

TEST(PhotoStore, LoadAllGivesEachPhotoAsLoadDoes) {
  const PhotoSet set = two_people(fresh_folder());
  break_photo(set, 1);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size});
  EXPECT_TRUE(store.load_all({}).empty());
  const Bytes all = store.load_all(Ids{6, 1, 6});
  ASSERT_EQ(all.size(), 3 * stored_bytes);
  const Ids shown = {6, 2, 6};  // 2 in the place of 1
  for (std::size_t i = 0; i < 3; ++i) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(i) * stored_bytes;
    EXPECT_EQ(Bytes(from, from + stored_bytes), load(store, shown[i], shown[i]));
  }
}

TEST(PhotoStore, IdentityWithoutAGoodPhotoIsNamed) {
  const PhotoSet set = two_people(fresh_folder());
  for (const int p : {5, 6, 7}) break_photo(set, p);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size});
  Bytes pixels(stored_bytes);
  EXPECT_EQ(error_text([&] { store.load(6, pixels.data()); }),
            "[photo_store] identity bob: none of the 3 photos it can use here decodes, and nothing stands in "
            "for them: mend or remove them (doppel check DATA names all that are broken). [decode_photo] " +
                set.name(6) + ": JPEG, PNG and WebP are read, this begins with 0x6e 0x6f 0x20 0x70");
}

TEST(PhotoStore, TryLoadGivesThePhotoItselfOrNothing) {
  const PhotoSet set = two_people(fresh_folder());
  break_photo(set, 1);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size});
  Bytes pixels(stored_bytes, 7);
  EXPECT_FALSE(store.try_load(1, pixels.data()));
  EXPECT_EQ(pixels, Bytes(stored_bytes, 7));
  EXPECT_TRUE(store.try_load(2, pixels.data()));
  EXPECT_EQ(photo_shown(pixels), 2);
  EXPECT_THROW(store.try_load(8, pixels.data()), Error);
  EXPECT_THROW(store.try_load(-1, pixels.data()), Error);
}

TEST(PhotoStore, EveryKindOfBrokenPhotoIsNamedWithItsReason) {
  const fs::path data = fresh_folder();
  const auto photo = encode_jpeg(gradient(16, 16), 90);
  write_photo(data / "a/0.jpg", 200);
  write_text(data / "a/1.jpg", "");
  write_file_bytes(data / "a/2.jpg", std::span(photo).first(photo.size() - 9));
  write_text(data / "a/3.jpg", "no picture");
  write_jpeg(data / "a/4.jpg", Image(20'000, 1), 90);
  fs::create_symlink("nowhere", data / "a/5.jpg");
  write_jpeg(data / "a/6.jpg", Image(5, 5), 90);  // smaller than the crop box
  const PhotoSet set = scan_class_folder(data);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size, .crop = CropBox{0, 0, 10, 10}});
  Ids asked(7), used(7);
  Bytes pixels(stored_bytes);
  for (int p = 0; p < 7; ++p) used[p] = store.load(asked[p] = p, pixels.data());
  EXPECT_EQ(used, Ids(7));
  EXPECT_TRUE(store.broken().entries.empty());  // found, but nobody has booked them yet
  EXPECT_EQ(summary(store.broken()), "");
  store.account(asked, used);
  const BrokenPhotos broken = store.broken();
  EXPECT_EQ(broken.asked, 7);
  const char* reasons[] = {
      "the file is empty",           "Premature end of JPEG file",
      "JPEG, PNG and WebP are read", "20000 x 1 pixels is more than the limit",
      "No such file or directory",   "the crop box (data.crop) must lie inside the photo of 5 x 5 pixels"};
  ASSERT_EQ(broken.entries.size(), 6u);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(broken.entries[i].photo, i + 1);
    EXPECT_EQ(broken.entries[i].name, set.name(i + 1));
    EXPECT_PRED_FORMAT2(testing::IsSubstring, reasons[i], broken.entries[i].why);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, set.name(i + 1), broken.entries[i].why);
  }
  EXPECT_EQ(summary(broken, 1),
            "6 of 7 photos did not decode\n  " + broken.entries[0].why + "\n  and 5 more");
}

TEST(PhotoStore, UnreadableFileIsABrokenPhoto) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const PhotoSet set = two_people(fresh_folder());
  fs::permissions(set.name(2), fs::perms::none);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size});
  load(store, 2, 3);
  store.account(Ids{2}, Ids{3});
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "Permission denied", store.broken().entries.at(0).why);
}

TEST(PhotoStore, BooksEveryPhotoOnceAndOnlyWhatWasTried) {
  const PhotoSet set = two_people(fresh_folder());
  for (const int p : {1, 2, 7}) break_photo(set, p);
  PhotoStore store(set, replacement_lists(set), {.size = stored_size});
  Bytes pixels(stored_bytes);
  for (int p = 0; p < 8; ++p) store.load(p, pixels.data());
  for (int round = 0; round < 2; ++round) {
    store.account(Ids{0, 1}, Ids{0, 3});  // 2 was tried on the way from 1 to 3
    EXPECT_EQ(store.broken().asked, 3);
    ASSERT_EQ(store.broken().entries.size(), 2u);
    EXPECT_EQ(store.broken().entries[1].photo, 2);
  }
  store.account(Ids{7}, Ids{-1});
  EXPECT_EQ(store.broken().entries.size(), 3u);
  EXPECT_EQ(error_text([&] { store.account(Ids{4}, Ids{0}); }),
            "[photo_store] photo 4 was replaced by 0, but 4 decodes");
}

TEST(PhotoStore, TooManyBrokenPhotosStopTheRunWithASummary) {
  const PhotoSet set = two_people(fresh_folder());
  for (const int p : {1, 3, 6}) break_photo(set, p);
  // 2 of 4 and 3 of 7 are more than 40%; a single one never stops
  PhotoStore store(set, replacement_lists(set),
                   {.size = stored_size, .max_broken_share = 0.4, .min_broken = 2});
  Bytes pixels(stored_bytes);
  for (const int p : {1, 3, 6}) store.load(p, pixels.data());
  store.account(Ids{1}, Ids{2});
  store.account(Ids{0, 2, 4}, Ids{0, 2, 4});
  store.account(Ids{3}, Ids{4});
  const std::string why = error_text([&] { store.account(Ids{6}, Ids{7}); });
  EXPECT_EQ(why,
            "[photo_store] more photos are broken than data.max_broken = 0.4 allows (doppel check DATA names "
            "them all; a larger data.max_broken goes on, also with --resume): 3 of 6 photos did not "
            "decode\n  " +
                store.broken().entries[0].why + "\n  " + store.broken().entries[1].why + "\n  " +
                store.broken().entries[2].why);
}

TEST(PhotoStore, ContentDoesNotDependOnTheThreads) {
  const PhotoSet set = two_people(fresh_folder());
  for (const int p : {0, 1, 6}) break_photo(set, p);
  const Ids expected = {2, 2, 2, 3, 4, 5, 7, 7};
  for (int round = 0; round < 10; ++round) {
    PhotoStore store(set, replacement_lists(set), {.size = stored_size, .memory_bytes = 3 * stored_bytes});
    std::vector<Ids> used(4, Ids(8));
    std::vector<Ids> shown(4, Ids(8));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        Bytes pixels(stored_bytes);
        for (int i = 0; i < 8; ++i) {
          const int p = (i * 3 + t * 5) % 8;
          used[t][p] = store.load(p, pixels.data());
          shown[t][p] = photo_shown(pixels);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (int t = 0; t < 4; ++t) {
      EXPECT_EQ(used[t], expected);
      EXPECT_EQ(shown[t], expected);
    }
    EXPECT_LE(store.cached_bytes(), 3 * stored_bytes);
  }
}

TEST(PhotoStore, SenselessOptionsAreRefused) {
  const PhotoSet set = two_people(fresh_folder());
  const auto make = [&](const PhotoStoreOptions& options, ReplacementLists lists) {
    return error_text([&] { PhotoStore(set, std::move(lists), options); });
  };
  EXPECT_EQ(make({}, replacement_lists(set)), "[photo_store] size must be 1 or more pixels, got 0");
  EXPECT_EQ(make({.size = 8, .memory_bytes = -1}, replacement_lists(set)),
            "[photo_store] the memory limit must be 0 or more bytes, got -1");
  EXPECT_EQ(make({.size = 8}, {}), "[photo_store] replacement lists must cover 8 photos, got 0");
}

TEST(PhotoStore, APhotoThatItsOwnReplacementListLeavesOutIsNamed) {
  const PhotoSet set = two_people(fresh_folder());
  const auto make = [&](ReplacementLists lists) {
    return error_text([&] { PhotoStore(set, std::move(lists), {.size = stored_size}); });
  };
  const ReplacementLists good = replacement_lists(set);
  EXPECT_EQ(make(good), "no error");
  ReplacementLists elsewhere = good;  // photo 6 points to alice's list
  elsewhere.list_of[6] = good.list_of[0];
  EXPECT_EQ(make(elsewhere), "[photo_store] photo 6 must be in its own replacement list");
  ReplacementLists dropped = good;
  std::erase(dropped.lists[dropped.list_of[0]], 0);
  EXPECT_EQ(make(dropped), "[photo_store] photo 0 must be in its own replacement list");
}

}  // namespace
}  // namespace dg
