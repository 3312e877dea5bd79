#include "data/class_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// Scanning opens no file, so a name is enough.
void touch(const fs::path& path) { write_text(path, "x"); }

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
  for (const char* file :
       {"a/1.jpg", "a/2.png", "a/3.PNG", "b/1.webp", "b/1.jpg", "b/2.tif", "b/3.tiff", "b/4.bmp", "b/5.gif",
        "b/notes.txt", "b/png", "families.csv", "montage.png", "loose.jpg"}) {
    touch(data / file);
  }
  const PhotoSet set = scan_class_folder(data);
  EXPECT_EQ(summary(set),
            "2 photos of 2 identities; not read, because only JPEG is: 1 bmp, 1 gif, 2 png, 2 tiff, 1 webp");
}

TEST(ClassFolder, HiddenFilesAndDeeperFoldersArePassedOver) {
  const fs::path data = fresh_folder();
  for (const char* file : {"a/1.jpg", "a/.2.jpg", "a/.DS_Store", ".cache/1.jpg", "a/deeper/3.jpg"})
    touch(data / file);
  EXPECT_EQ(relative_paths(scan_class_folder(data), data), (Names{"a/1.jpg"}));
}

TEST(ClassFolder, PhotosAreKnownByTheirContent) {
  const fs::path data = fresh_folder();
  touch(data / "a/1.jpg");
  for (const char* file : {"a/2.jfif", "a/3.jpe", "a/4"}) write_text(data / file, "\xFF\xD8\xFF\xE0");
  write_text(data / "a/5", "no photo");
  EXPECT_EQ(relative_paths(scan_class_folder(data), data), (Names{"a/1.jpg", "a/2.jfif", "a/3.jpe", "a/4"}));
}

TEST(ClassFolder, LinksThatLeadNowhereAreCounted) {
  const fs::path data = fresh_folder();
  touch(data / "a/1.jpg");
  fs::create_symlink("nowhere", data / "b");
  EXPECT_EQ(summary(scan_class_folder(data)),
            "1 photos of 1 identities; left out: 1 links whose targets are not there");
  fs::remove_all(data / "a");
  EXPECT_TRUE(contains(error_text([&] { scan_class_folder(data); }),
                       "found no folder and 1 links whose targets are not there"));
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

TEST(ClassFolder, EmptyIdentityIsAnErrorThatNamesIt) {
  const fs::path data = fresh_folder();
  touch(data / "alice/1.jpg");
  fs::create_directory(data / "bob");
  EXPECT_EQ(error_text([&] { scan_class_folder(data); }),
            "[class_folder] identity folder " + (data / "bob").string() +
                " must hold at least one .jpg photo, found none");
  touch(data / "bob/1.png");
  touch(data / "bob/2.png");
  touch(data / "bob/1.gif");
  EXPECT_EQ(error_text([&] { scan_class_folder(data); }),
            "[class_folder] identity folder " + (data / "bob").string() +
                " must hold at least one .jpg photo, found only 1 gif, 2 png");
}

TEST(ClassFolder, ANameWithALineBreakIsRefused) {
  const fs::path data = fresh_folder();
  touch(data / "al\nice/1.jpg");
  EXPECT_EQ(error_text([&] { scan_class_folder(data); }),
            "[class_folder] the name of an identity folder must have no line break, got " +
                (data / "al\nice").string());
}

TEST(ClassFolder, MissingFolderIsAnIoErrorThatNamesIt) {
  const fs::path data = fresh_folder();
  EXPECT_EQ(error_text<IoError>([&] { scan_class_folder(data / "nope"); }),
            "[class_folder] " + (data / "nope").string() + ": No such file or directory");
  touch(data / "file");
  EXPECT_EQ(error_text<IoError>([&] { scan_class_folder(data / "file"); }),
            "[class_folder] " + (data / "file").string() + ": not a folder");
}

TEST(ClassFolder, FolderWithoutIdentitiesExplainsTheLayout) {
  const fs::path data = fresh_folder();
  touch(data / "families.csv");
  const std::string layout = "[class_folder] " + data.string() +
                             " must hold one folder per identity with its photos inside "
                             "(DATA/<identity>/<photo>.jpg), found no folder";
  EXPECT_EQ(error_text([&] { scan_class_folder(data); }), layout);
  touch(data / "1.jpg");
  touch(data / "2.JPG");
  EXPECT_EQ(error_text([&] { scan_class_folder(data); }), layout + " and 2 loose photos");
}

TEST(ClassFolder, FolderWithoutPermissionIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const fs::path data = fresh_folder();
  touch(data / "alice/1.jpg");
  fs::permissions(data / "alice", fs::perms::none);
  EXPECT_EQ(error_text<IoError>([&] { scan_class_folder(data); }),
            "[class_folder] " + (data / "alice").string() + ": Permission denied");
  fs::permissions(data / "alice", fs::perms::owner_all);
}

}  // namespace
}  // namespace dg
