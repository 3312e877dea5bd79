// The photos of a batch, and batches as saved bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "error_text.h"
#include "sampling/batch_sampler.h"
#include "sampling/chi_square.h"

namespace dg {
namespace {

/// Class 0 has one photo, class 1 five, class 2 three.
IdentityIndex small_index() {
  return IdentityIndex(std::vector<std::vector<PhotoId>>{{100}, {10, 11, 12, 13, 14}, {20, 21, 22}});
}

TEST(DrawPhotos, RowsLieClassAfterClass) {
  Rng rng(1);
  const Batch batch = draw_photos(small_index(), {2, 0, 1}, {2, 1, 3}, rng);
  EXPECT_EQ(batch.classes, (std::vector<ClassId>{2, 0, 1}));
  EXPECT_EQ(batch.photos_per_class, (std::vector<int>{2, 1, 3}));
  EXPECT_EQ(batch.labels, (std::vector<ClassId>{2, 2, 0, 1, 1, 1}));
  ASSERT_EQ(batch.photos.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(batch.photos[i] / 10, std::vector<PhotoId>({2, 2, 10, 1, 1, 1})[i]) << batch.photos[i];
  }
}

TEST(DrawPhotos, PhotosAreDifferentWhereTheClassHasEnough) {
  Rng rng(2);
  const IdentityIndex index = small_index();
  for (int i = 0; i < 300; ++i) {
    const std::vector<PhotoId> photos = draw_photos(index, {1}, {1 + i % 5}, rng).photos;
    EXPECT_EQ(std::set<PhotoId>(photos.begin(), photos.end()).size(), photos.size());
  }
}

TEST(DrawPhotos, RepeatsAreSpreadEvenly) {
  Rng rng(3);
  const IdentityIndex index = small_index();
  for (int images = 1; images <= 20; ++images) {
    const Batch batch = draw_photos(index, {0, 1, 2}, {images, images, images}, rng);
    std::map<PhotoId, int> uses;
    for (const PhotoId photo : batch.photos) ++uses[photo];
    for (ClassId c = 0; c < index.classes(); ++c) {
      const int photos = static_cast<int>(index.photos_of(c).size());
      for (const PhotoId photo : index.photos_of(c)) {
        EXPECT_GE(uses[photo], images / photos);
        EXPECT_LE(uses[photo], (images + photos - 1) / photos);
      }
    }
  }
}

TEST(DrawPhotos, AllOrderedPairsOfPhotosAreEquallyLikely) {
  Rng rng(4);
  const IdentityIndex index = small_index();
  std::vector<std::int64_t> counts(5 * 4);
  for (int i = 0; i < 20'000; ++i) {
    const std::vector<PhotoId> photos = draw_photos(index, {1}, {2}, rng).photos;
    const PhotoId a = photos[0] - 10, b = photos[1] - 10;
    ++counts[static_cast<std::size_t>(a * 4 + b - (a < b))];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), chi_square_limit);
}

TEST(DrawPhotos, ThePhotoUsedOnceMoreIsUniform) {
  Rng rng(5);
  const IdentityIndex index = small_index();
  std::vector<std::int64_t> counts(3);
  for (int i = 0; i < 9'000; ++i) {
    std::vector<PhotoId> photos = draw_photos(index, {2}, {4}, rng).photos;
    std::sort(photos.begin(), photos.end());
    ++counts[static_cast<std::size_t>(*std::adjacent_find(photos.begin(), photos.end()) - 20)];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), chi_square_limit);
}

TEST(DrawPhotos, RefusesWhatDoesNotFit) {
  Rng rng(6);
  EXPECT_NE(error_text([&] { draw_photos(small_index(), {0, 1}, {1}, rng); }), "no error");
  EXPECT_NE(error_text([&] { draw_photos(small_index(), {3}, {1}, rng); }), "no error");
  EXPECT_TRUE(contains(error_text([&] { draw_photos(small_index(), {1}, {-1}, rng); }), "class 1"));
}

TEST(DrawPhotos, ANegativeNumberOfAnyClassIsNamed) {
  Rng rng(9);
  EXPECT_TRUE(contains(error_text([&] {
                         draw_photos(small_index(), {0, 1}, {1, -1}, rng);
                       }),
                       "images of class 1 must be at least 0, got -1"));
  EXPECT_TRUE(contains(error_text([&] {
                         draw_photos(small_index(), {0, 1, 2}, {1, 2, -3}, rng);
                       }),
                       "images of class 2 must be at least 0, got -3"));
  EXPECT_EQ(draw_photos(small_index(), {0, 1}, {0, 1}, rng).photos.size(), 1u) << "none is allowed";
}

TEST(SavedBatch, LoadsAsItWas) {
  Rng rng(7);
  const Batch batch = draw_photos(small_index(), {2, 0, 1}, {2, 1, 3}, rng);
  EXPECT_EQ(load_batch(save_batch(batch)), batch);
  EXPECT_EQ(load_batch(save_batch(Batch{})), Batch{});
}

TEST(SavedBatch, IsRefusedWhenItDoesNotFitTogether) {
  Rng rng(8);
  const Batch good = draw_photos(small_index(), {2, 0, 1}, {2, 1, 3}, rng);
  const State bytes = save_batch(good);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const State cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(error_text([&] { load_batch(cut); }), "no error") << size;
  }
  const auto refused = [&](auto change) {
    Batch bad = good;
    change(bad);
    return contains(error_text([&] { load_batch(save_batch(bad)); }), "do not fit together");
  };
  EXPECT_TRUE(refused([](Batch& b) { b.labels[0] = 1; }));
  EXPECT_TRUE(refused([](Batch& b) { b.photos_per_class[2] = 4; }));
  EXPECT_TRUE(refused([](Batch& b) { b.photos_per_class[2] = 2; }));
  EXPECT_TRUE(refused([](Batch& b) { b.photos_per_class[0] = -2; }));
  EXPECT_TRUE(refused([](Batch& b) { b.photos_per_class.pop_back(); }));
  EXPECT_TRUE(refused([](Batch& b) { b.photos.pop_back(); }));
  EXPECT_TRUE(refused([](Batch& b) { b.labels.push_back(1); }));
  EXPECT_TRUE(refused([](Batch& b) { b.photos_per_class[2] = 1 << 30; }));
  EXPECT_TRUE(refused([](Batch& b) {
    b.classes.push_back(5);
    b.photos_per_class.push_back(-1);
  }));
}

}  // namespace
}  // namespace dg
