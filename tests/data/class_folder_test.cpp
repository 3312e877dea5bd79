#include "data/class_folder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Names relative_paths(const PhotoSet& set, const fs::path& data) {
  Names names;
  for (PhotoId p = 0; p < std::ssize(set.photos); ++p)
    names.push_back(fs::path(set.name(p)).lexically_relative(data).string());
  return names;
}

TEST(ClassFolder, IdentitiesAndPhotosComeInByteOrder) {
  const fs::path data = fresh_folder();
  for (const char* file : {"b/10.jpg", "b/9.jpg", "b/B.JPG", "b/a.JpEg", "B/1.jpeg", "a b/1.jpg", "10/1.jpg",
                           "9/1.jpg", "\xC3\xA9/1.jpg", "b/\xC3\xA9.jpg"}) {
    touch(data / file);
  }
  const PhotoSet set = scan_class_folder(data);
  EXPECT_EQ(set.classes, (Names{"10", "9", "B", "a b", "b", "\xC3\xA9"}));
  EXPECT_EQ(relative_paths(set, data),
            (Names{"10/1.jpg", "9/1.jpg", "B/1.jpeg", "a b/1.jpg", "b/10.jpg", "b/9.jpg", "b/B.JPG",
                   "b/a.JpEg", "b/\xC3\xA9.jpg", "\xC3\xA9/1.jpg"}));
  EXPECT_EQ(set.first_photo, (std::vector<PhotoId>{0, 1, 2, 3, 4, 9, 10}));
  EXPECT_EQ(set.photo_count(4), 5);
  for (ClassId c = 0; c < 6; ++c) {
    for (PhotoId p = set.first_photo[c]; p < set.first_photo[c + 1]; ++p)
      EXPECT_EQ(set.photos[p].class_id, c);
  }
  EXPECT_EQ(summary(set), "10 photos of 6 identities");
}

TEST(ClassFolder, OtherImageTypesAreCountedAndNamed) {
  const fs::path data = fresh_folder();
  for (const char* file : {"a/1.jpg", "a/2.PNG", "a/3.heic", "b/1.webp", "b/1.jpg", "b/2.tif", "b/3.tiff",
                           "b/4.bmp", "b/5.gif", "b/notes.txt", "b/png", "families.csv"}) {
    touch(data / file);
  }
  const PhotoSet set = scan_class_folder(data);
  EXPECT_EQ(relative_paths(set, data), (Names{"a/1.jpg", "a/2.PNG", "b/1.jpg", "b/1.webp"}));
  EXPECT_EQ(summary(set),
            "4 photos of 2 identities; not read, because only JPEG, PNG and WebP are: 1 bmp, 1 gif, 1 heic, "
            "2 tiff");
}

TEST(ClassFolder, PhotosAreKnownByTheirContent) {
  const fs::path data = fresh_folder();
  touch(data / "a/1.jpg");
  for (const char* file : {"a/2.jfif", "a/3.jpe", "a/4", "a/6.bmp"})
    write_text(data / file, "\xFF\xD8\xFF\xE0");
  write_text(data / "a/5", "no photo");
  write_text(data / "a/7", std::string("RIFF\0\0\0\0WEBP", 12));
  write_text(data / "a/8", "\x89PNG\r\n\x1A\n");
  EXPECT_EQ(relative_paths(scan_class_folder(data), data),
            (Names{"a/1.jpg", "a/2.jfif", "a/3.jpe", "a/4", "a/6.bmp", "a/7", "a/8"}));
}

TEST(ClassFolder, WhatIsLeftOutIsNamedAndCounted) {
  const fs::path data = fresh_folder();
  for (const char* file : {"alice/1.jpg", "alice/.DS_Store", "beside.jpg"}) touch(data / file);
  for (const char* name : {"b1", "b2", "b3", "b4"}) fs::create_directory(data / name);
  fs::create_symlink("nowhere", data / "c\nd");
  const std::string left =
      "left out: 4 folders without photos (b1, b2, b3, ...), 1 link that leads nowhere (c\\nd), 1 photo "
      "beside "
      "the identity folders (beside.jpg), 1 entry of a system (alice/.DS_Store)";
  const PhotoSet set = scan_class_folder(data);
  EXPECT_EQ(summary(set), "1 photo of 1 identity; " + left);
  EXPECT_EQ(what_is_missing(set), left);
  EXPECT_EQ(error_text([&] { scan_class_folder(data, {.strict = true}); }),
            "[class_folder] data.strict = true refuses what would be " + left +
                "; data.strict = false goes on without it");
  for (const char* name : {"b1", "b2", "b3", "b4", "c\nd", "beside.jpg", "alice/.DS_Store"})
    fs::remove(data / name);
  EXPECT_EQ(summary(scan_class_folder(data, {.strict = true})), "1 photo of 1 identity");
  EXPECT_EQ(what_is_missing(scan_class_folder(data)), "");
}

// Where a photo is inside its identity's folder is part of what it is known by; of photos that lie in it
// itself it is the name, as runs have kept it.
TEST(ClassFolder, FingerprintsHoldThePathInsideTheIdentity) {
  const fs::path data = fresh_folder();
  for (const char* file : {"a/1.jpg", "a/s/1.jpg", "a/t/1.jpg", "b/1.jpg"}) touch(data / file);
  const PhotoSet set = scan_class_folder(data);
  ASSERT_EQ(relative_paths(set, data), (Names{"a/1.jpg", "a/s/1.jpg", "a/t/1.jpg", "b/1.jpg"}));
  const auto print = [&](PhotoId p) { return set.source->fingerprint(p); };
  EXPECT_EQ(print(0), print(3));
  EXPECT_EQ(print(0), 0xc73f31932a6d8956u);  // FNV-1a of "1.jpg\n3"
  EXPECT_NE(print(0), print(1));
  EXPECT_NE(print(1), print(2));
}

TEST(ClassFolder, SymbolicLinksAreFollowed) {
  const fs::path data = fresh_folder() / "data", elsewhere = fresh_folder() / "elsewhere";
  touch(elsewhere / "bob/1.jpg");
  touch(data / "alice/1.jpg");
  fs::create_directory_symlink(elsewhere / "bob", data / "bob");
  fs::create_symlink(elsewhere / "bob/1.jpg", data / "alice/2.jpg");
  fs::create_symlink("nowhere", data / "alice/3.jpg");  // becomes a broken photo, not a silent gap
  fs::create_symlink("nowhere", data / "carol");        // not a folder
  EXPECT_EQ(relative_paths(scan_class_folder(data), data),
            (Names{"alice/1.jpg", "alice/2.jpg", "alice/3.jpg", "bob/1.jpg"}));
}

TEST(ClassFolder, MissingFolderIsAnIoErrorThatNamesIt) {
  const fs::path data = fresh_folder();
  EXPECT_EQ(error_text<IoError>([&] { scan_class_folder(data / "nope"); }),
            "[class_folder] " + (data / "nope").string() + ": No such file or directory");
}

}  // namespace
}  // namespace dg
