#include "data/folder_survey.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error_text.h"
#include "interop/system_error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Names paths(const FolderSurvey& survey) {
  Names all;
  for (PhotoId p = 0; p < std::ssize(survey.photos); ++p) all.push_back(survey.path(p));
  return all;
}

// "no_photos bob", in order.
Names left_out(const FolderSurvey& survey) {
  Names all;
  for (const LeftOut& entry : survey.left_out) all.push_back(name(entry.reason) + (" " + entry.path));
  return all;
}

TEST(FolderSurvey, PhotosInFoldersBelowBelongToTheIdentity) {
  const fs::path data = fresh_folder();
  for (const char* file :
       {"a/1.jpg", "a/m/2.jpg", "a/m/x/1.png", "a/z.jpg", "b/s/1.jpg", "b/t/1.jpg", "c/1.webp"})
    touch(data / file);
  std::vector<std::pair<std::size_t, std::size_t>> progress;
  const FolderSurvey survey = survey_folder(
      data, true, [&](std::size_t people, std::size_t photos) { progress.emplace_back(people, photos); });
  EXPECT_EQ(progress, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 4}, {2, 6}, {3, 7}}));
  EXPECT_EQ(survey.identities, (Names{"a", "b", "c"}));
  EXPECT_EQ(paths(survey),
            (Names{"a/1.jpg", "a/m/2.jpg", "a/m/x/1.png", "a/z.jpg", "b/s/1.jpg", "b/t/1.jpg", "c/1.webp"}));
  EXPECT_EQ(survey.first_photo, (std::vector<PhotoId>{0, 4, 6, 7}));
  EXPECT_EQ(survey.nested, (Names{"a/m/x", "a/m", "b/s", "b/t"}));
  EXPECT_EQ(left_out(survey), Names{});
  EXPECT_EQ(survey.identity_of(3), 0);
  EXPECT_EQ(survey.identity_of(4), 1);
  EXPECT_EQ(survey.identity_of(6), 2);

  const FolderSurvey flat = survey_folder(data, false);
  EXPECT_EQ(paths(flat), (Names{"a/1.jpg", "a/z.jpg", "c/1.webp"}));
  EXPECT_EQ(left_out(flat), (Names{"nested a/m", "nested b/s", "nested b/t", "no_photos b"}));
  EXPECT_EQ(flat.nested, Names{});
}

// An empty file, a web page, a link that leads nowhere: a person who has nothing else cannot be trained on.
TEST(FolderSurvey, WhoHasNoPhotoThatBeginsAsOneIsLeftOut) {
  const fs::path data = fresh_folder();
  touch(data / "a/1.jpg");
  write_text(data / "b/1.jpg", "");
  write_text(data / "b/s/2.jpg", "<!doctype html>");
  fs::create_symlink("nowhere", data / "b/3.jpg");
  write_text(data / "c/1.jpg", "");
  touch(data / "c/2.png");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(paths(survey), (Names{"a/1.jpg", "c/1.jpg", "c/2.png"}));
  EXPECT_EQ(survey.first_photo, (std::vector<PhotoId>{0, 1, 3}));
  EXPECT_EQ(survey.nested, Names{});
  EXPECT_EQ(left_out(survey), Names{"broken b"});
}

TEST(FolderSurvey, FoldersAreReadEightLevelsDown) {
  const fs::path data = fresh_folder();
  touch(data / "a/1/2/3/4/5/6/7/8/1.jpg");
  touch(data / "a/1/2/3/4/5/6/7/8/9/1.jpg");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(paths(survey), Names{"a/1/2/3/4/5/6/7/8/1.jpg"});
  EXPECT_EQ(left_out(survey), Names{"too_deep a/1/2/3/4/5/6/7/8/9"});
}

TEST(FolderSurvey, FoldersWithoutPhotosAreToldOnceByTheOutermost) {
  const fs::path data = fresh_folder();
  touch(data / "a/1.jpg");
  touch(data / "a/notes/readme.txt");
  touch(data / "b/face.gif");
  fs::create_directories(data / "c/d/e");
  fs::create_directories(data / "f");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(survey.identities, Names{"a"});
  EXPECT_EQ(left_out(survey), (Names{"no_photos a/notes", "no_photos b", "no_photos c", "no_photos f"}));
  EXPECT_EQ(survey.other_types, (std::map<std::string, std::int64_t>{{"gif", 1}}));
  EXPECT_EQ(survey.other_files, (std::map<std::string, std::int64_t>{{"txt", 1}}));
}

TEST(FolderSurvey, WhatSystemsPutThereIsLeftOutWhateverIsInIt) {
  const fs::path data = fresh_folder();
  for (const char* file :
       {"$RECYCLE.BIN/1.jpg", ".thumbnails/1.jpg", "@eaDir/1.jpg", "System Volume Information/1.jpg",
        "__MACOSX/1.jpg", "a/.1.jpg", "a/1.jpg", "a/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg", "a/Desktop.ini",
        "a/Thumbs.db", "lost+found/1.jpg"})
    touch(data / file);
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(paths(survey), Names{"a/1.jpg"});
  EXPECT_EQ(left_out(survey),
            (Names{"system $RECYCLE.BIN", "system .thumbnails", "system @eaDir",
                   "system System Volume Information", "system __MACOSX", "system a/.1.jpg",
                   "system a/@eaDir", "system a/Desktop.ini", "system a/Thumbs.db", "system lost+found"}));
}

TEST(FolderSurvey, OtherFilesAreCountedByTheirEndings) {
  const fs::path data = fresh_folder();
  for (const char* file : {"a/1.jpg", "a/1.txt", "a/2.TXT", "a/3.tif", "a/4.tiff", "a/5.json",
                           "a/6.2024-01-01", "a/7", "a/m/8.txt", "a/9.toolong", "labels.csv"})
    touch(data / file);
  ASSERT_EQ(::mkfifo((data / "a" / "pipe.jpg").c_str(), 0600), 0);
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(survey.other_types, (std::map<std::string, std::int64_t>{{"tiff", 2}}));
  EXPECT_EQ(survey.other_files, (std::map<std::string, std::int64_t>{{"json", 1}, {"other", 4}, {"txt", 3}}));
}

TEST(FolderSurvey, PhotosBesideTheIdentitiesAndBrokenNamesAreToldAsSuch) {
  const fs::path data = fresh_folder();
  for (const char* file : {"a/1.jpg", "al\nice/1.jpg", "loose.JPG", "notes.txt"}) touch(data / file);
  write_text(data / "shot", "\xFF\xD8\xFF\xE0");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(survey.identities, Names{"a"});
  EXPECT_EQ(left_out(survey), (Names{"line_break al\nice", "beside loose.JPG", "beside shot"}));
}

TEST(FolderSurvey, LinksToFoldersAreFollowedOnce) {
  const fs::path folder = fresh_folder(), data = folder / "data", other = folder / "other";
  for (const char* file : {"x/1.jpg", "x/y/2.jpg", "z/3.jpg"}) touch(other / file);
  touch(data / "a/1.jpg");
  touch(data / "b/1.jpg");
  const auto link = [](const fs::path& to, const fs::path& from) { fs::create_directory_symlink(to, from); };
  link(other / "x", data / "a" / "l");              // followed
  link(other / "x", other / "x" / "y" / "around");  // the folder that the link is in, two levels up
  link(other, other / "x" / "outer");               // likewise
  link(other / "x", data / "b" / "again");          // another link has led there
  link("../a", data / "b" / "inside");              // DATA is read anyway
  link("..", data / "b" / "up");                    // DATA itself
  link(folder, data / "b" / "over");                // around DATA
  link(other / "z", data / "c");                    // an identity
  link(other / "z", data / "d");                    // and the same folder as another one, as before
  link(".", data / "self");
  link(folder, data / "top");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(survey.identities, (Names{"a", "b", "c", "d"}));
  EXPECT_EQ(paths(survey), (Names{"a/1.jpg", "a/l/1.jpg", "a/l/y/2.jpg", "b/1.jpg", "c/3.jpg", "d/3.jpg"}));
  EXPECT_EQ(left_out(survey), (Names{"linked_again a/l/outer", "linked_again a/l/y/around",
                                     "linked_again b/again", "linked_again b/inside", "linked_again b/over",
                                     "linked_again b/up", "linked_again self", "linked_again top"}));
}

// Reached through another link, and not around that one.
TEST(FolderSurvey, ALinkToAFolderAroundDataIsNotFollowedFromElsewhere) {
  const fs::path folder = fresh_folder(), data = folder / "in" / "data", other = folder / "other";
  touch(data / "a/1.jpg");
  touch(other / "2.jpg");
  fs::create_directory_symlink(other, data / "a" / "other");
  fs::create_directory_symlink(folder / "in", other / "in");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(paths(survey), (Names{"a/1.jpg", "a/other/2.jpg"}));
  EXPECT_EQ(left_out(survey), Names{"linked_again a/other/in"});
}

TEST(FolderSurvey, ALinkThatLeadsNowhereIsAPhotoOnlyWhereItIsCalledOne) {
  const fs::path data = fresh_folder();
  touch(data / "a/1.jpg");
  for (const char* from : {"a/2.jpg", "a/3.PNG", "a/4.webp", "a/notes", "b", "loose.jpg"})
    fs::create_symlink("nowhere", data / from);
  fs::create_symlink("circle", data / "a" / "circle");
  const FolderSurvey survey = survey_folder(data);
  EXPECT_EQ(paths(survey), (Names{"a/1.jpg", "a/2.jpg", "a/3.PNG", "a/4.webp"}));
  EXPECT_EQ(left_out(survey), (Names{"dangling_link a/circle", "dangling_link a/notes", "dangling_link b",
                                     "dangling_link loose.jpg"}));
}

TEST(FolderSurvey, AFolderThatIsCalledAPhotoIsAFolder) {
  const fs::path data = fresh_folder();
  touch(data / "a" / "1.jpg" / "2.jpg");
  EXPECT_EQ(paths(survey_folder(data)), Names{"a/1.jpg/2.jpg"});
  EXPECT_EQ(left_out(survey_folder(data, false)), (Names{"nested a/1.jpg", "no_photos a"}));
}

TEST(FolderSurvey, WhatMayNotBeReadIsLeftOut) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const fs::path data = fresh_folder();
  for (const char* file : {"a/1.jpg", "a/m/1.jpg", "a/notes", "b/1.jpg", "c/1.jpg"}) touch(data / file);
  fs::permissions(data / "a" / "m", fs::perms::none);
  fs::permissions(data / "a" / "notes", fs::perms::none);
  fs::permissions(data / "b", fs::perms::none);
  fs::permissions(data / "c", fs::perms::owner_read);  // can be listed, and no more
  const FolderSurvey survey = survey_folder(data);
  for (const char* folder : {"a/m", "b", "c"}) fs::permissions(data / folder, fs::perms::owner_all);
  EXPECT_EQ(survey.identities, Names{"a"});
  EXPECT_EQ(left_out(survey),
            (Names{"unreadable a/m", "unreadable a/notes", "unreadable b", "unreadable c"}));
}

TEST(FolderSurvey, WordsForEveryReason) {
  std::vector<LeftOut> all;
  for (const LeftOutReason reason : all_left_out_reasons) {
    all.push_back({"x", reason});
    all.push_back({"y", reason});
  }
  EXPECT_EQ(left_out_text(all),
            "2 folders without photos (x, y), 2 entries that may not be read (x, y), 2 links that lead "
            "nowhere (x, y), "
            "2 folders with a line break in the name (x, y), 2 folders in identities' folders (x, y), "
            "2 folders too deep (x, y), 2 links to folders that are read already (x, y), "
            "2 people whose photos are all broken (x, y), "
            "2 photos beside the identity folders (x, y), 2 entries of systems (x, y)");
  EXPECT_EQ(left_out_text({}), "");
}

}  // namespace
}  // namespace dg
