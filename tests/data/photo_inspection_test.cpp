#include "data/photo_inspection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <latch>
#include <set>

#include "data/class_folder.h"
#include "interop/checksum.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

TEST(PhotoInspection, DecodesEveryPhotoOnceByAnyNumberOfThreads) {
  const fs::path data = fresh_folder();
  for (int i = 0; i < 300; ++i)
    write_photo(data / fmt::format("{:03}", i / 3) / fmt::format("{}.jpg", i % 3), i % 200);
  write_text(data / "001" / "0.jpg", "no picture");
  fs::remove(data / "050" / "2.jpg");
  fs::create_symlink("nowhere", data / "050" / "2.jpg");
  const PhotoSet set = scan_class_folder(data);
  std::set<std::int64_t> told;
  const PhotoInspection one =
      inspect_photos(set, {.progress = [&](std::int64_t done) { told.insert(done); }});
  EXPECT_EQ(told, (std::set<std::int64_t>{64, 128, 192, 256, 300}));
  ASSERT_EQ(one.photos.size(), 300u);
  ASSERT_EQ(one.broken.size(), 2u);
  EXPECT_EQ(one.broken[0].photo, 3);
  EXPECT_NE(one.broken[0].why.find((data / "001" / "0.jpg").string()), std::string::npos);
  EXPECT_EQ(one.broken[1].photo, 152);
  EXPECT_NE(one.broken[1].why.find("No such file"), std::string::npos);
  EXPECT_FALSE(one.photos[3].good());
  EXPECT_FALSE(one.photos[3].picture.has_value());
  EXPECT_EQ(one.photos[152].checksum, 0u);
  EXPECT_EQ(one.photos[7].width, 16);
  EXPECT_EQ(one.photos[7].height, 16);
  const auto bytes = read_file_bytes(data / "002" / "1.jpg");
  EXPECT_EQ(one.photos[7].checksum, checksum_of_words(std::as_bytes(std::span(bytes))));
  EXPECT_EQ(one.photos[7].picture, picture_hash(read_jpeg(data / "002" / "1.jpg")));

  const PhotoInspection four = inspect_photos(set, {.workers = 4});
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(four.photos[i].checksum, one.photos[i].checksum);
    EXPECT_EQ(four.photos[i].picture, one.photos[i].picture);
  }
  EXPECT_EQ(four.broken.size(), 2u);
  EXPECT_EQ(four.broken[0].photo, 3);
}

// Gives its first photo only once the last one has been asked for.
class FirstComesLast : public PhotoSource {
 public:
  std::string name(PhotoId photo) const override { return fmt::format("photo {}", photo); }
  std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t) const override {
    if (photo == 2) last_.count_down();
    if (photo == 0) last_.wait();
    return {1, 2, 3};
  }
  std::uint64_t fingerprint(PhotoId) const override { return 0; }

 private:
  mutable std::latch last_{1};
};

TEST(PhotoInspection, BrokenPhotosAreInTheOrderOfTheSet) {
  PhotoSet set;
  set.photos.resize(3);
  set.source = std::make_shared<FirstComesLast>();
  const PhotoInspection found = inspect_photos(set, {.workers = 2});
  ASSERT_EQ(found.broken.size(), 3u);
  for (PhotoId p = 0; p < 3; ++p) EXPECT_EQ(found.broken[static_cast<std::size_t>(p)].photo, p);
}

TEST(PhotoInspection, APhotoMustHoldTheCropBox) {
  const fs::path data = fresh_folder();
  write_jpeg(data / "1.jpg", gradient(20, 30), 95);
  fs::create_directories(data / "a");
  fs::rename(data / "1.jpg", data / "a" / "1.jpg");
  const PhotoSet set = scan_class_folder(data);
  const auto broken = [&](const CropBox& crop) { return inspect_photos(set, {.crop = crop}).broken; };
  EXPECT_TRUE(broken({.x = 5, .y = 10, .width = 15, .height = 20}).empty());
  ASSERT_EQ(broken({.x = 6, .y = 10, .width = 15, .height = 20}).size(), 1u);
  EXPECT_EQ(broken({.x = 5, .y = 11, .width = 15, .height = 20}).size(), 1u);
  EXPECT_EQ(broken({.x = 6, .y = 10, .width = 15, .height = 20})[0].why,
            "[data.crop] required a photo that holds the box, got 20 x 30 pixels");
}

TEST(PhotoInspection, ScenesAreWideTallOrLarge) {
  const auto scene = [](int width, int height) {
    return is_like_a_scene({.width = width, .height = height});
  };
  EXPECT_FALSE(scene(300, 200));
  EXPECT_TRUE(scene(301, 200));
  EXPECT_FALSE(scene(200, 300));
  EXPECT_TRUE(scene(200, 301));
  EXPECT_FALSE(scene(1000, 1000));
  EXPECT_TRUE(scene(1001, 1000));
  EXPECT_TRUE(scene(1000, 1001));
}

}  // namespace
}  // namespace dg
