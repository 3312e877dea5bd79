#include "data/folder_layout.h"

#include <gtest/gtest.h>

#include "error_text.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

void touch_all(const fs::path& folder, const Names& files) {
  for (const std::string& file : files) touch(folder / file);
}

Names obstacles(const fs::path& data, const FolderOptions& options = {}) {
  return layout_obstacles(survey_folder(data, options.nested), data, options);
}

// What a folder of these photos is taken to be: "" if all is well.
std::string meant(const Names& photos, bool nested = true) {
  const fs::path data = fresh_folder();
  touch_all(data, photos);
  const Names all = obstacles(data, {.nested = nested});
  if (all.empty()) return "";
  EXPECT_EQ(all.size(), 1u);
  const std::string start =
      data.string() + " is one level too high: its folders hold folders of photos; did you mean ";
  EXPECT_TRUE(all[0].starts_with(start)) << all[0];
  std::string text = all[0].substr(start.size());
  for (std::size_t at; (at = text.find(data.string() + "/")) != std::string::npos;)
    text.erase(at, data.string().size() + 1);
  return text;
}

TEST(FolderLayout, OneLevelTooHighNamesTheFoldersThatWereMeant) {
  for (const bool nested : {true, false}) {
    EXPECT_EQ(
        meant({"test/c/1.jpg", "test/d/1.jpg", "train/a/1.jpg", "train/b/1.jpg", "Val/e/1.jpg"}, nested),
        "train (or Val, test)?");
    EXPECT_EQ(meant({"lfw/a/1.jpg", "lfw/b/1.jpg"}, nested), "lfw?");
    EXPECT_EQ(meant({"archive/lfw/a/1.jpg", "archive/lfw/b/s/1.jpg"}, nested), "archive/lfw?");
    EXPECT_EQ(
        meant({"test/images/c/1.jpg", "test/images/d/1.jpg", "train/images/a/1.jpg", "train/images/b/1.jpg"},
              nested),
        "train/images (or test/images)?");
  }
}

TEST(FolderLayout, FoldersOfSessionsAreIdentities) {
  EXPECT_EQ(meant({"alice/monday/1.jpg", "alice/tuesday/1.jpg", "bob/monday/1.jpg"}), "");
  EXPECT_EQ(meant({"test/monday/1.jpg", "bob/monday/1.jpg", "bob/tuesday/1.jpg"}),
            "");                                                           // somebody called test
  EXPECT_EQ(meant({"train/1.jpg", "train/a/1.jpg", "test/b/1.jpg"}), "");  // a photo in the folder itself
  EXPECT_EQ(meant({"alice/monday/1.jpg", "alice/monday/2.jpg"}), "");      // one person
  EXPECT_EQ(meant({"alice/1.jpg"}), "");
  EXPECT_EQ(meant({"alice/1.jpg"}, false), "");
}

TEST(FolderLayout, WithoutNestedFoldersTheKeyIsNamed) {
  const fs::path data = fresh_folder();
  touch_all(data, {"alice/monday/1.jpg", "alice/tuesday/1.jpg", "bob/monday/1.jpg"});
  EXPECT_EQ(
      obstacles(data, {.nested = false}),
      Names{data.string() + " holds photos only in folders inside the folders of people, which data.nested = "
                            "false leaves out; data.nested = true reads them"});
}

TEST(FolderLayout, OneLevelTooDeepNamesTheFolderAround) {
  const fs::path data = fresh_folder() / "people";
  touch_all(data, {"alice/1.jpg", "alice/2.png", ".hidden/1.jpg"});
  EXPECT_EQ(obstacles(data / "alice"),
            Names{(data / "alice").string() +
                  " holds 2 photos and no folder with photos, but DATA is one folder per "
                  "person with the photos in it (DATA/<person>/<photo>.jpg)"});
  touch_all(data, {"bob/1.webp"});
  EXPECT_EQ(obstacles(data / "alice"),
            Names{(data / "alice").string() + " holds 2 photos and no folder with photos; did you mean " +
                  data.string() + "?"});
}

TEST(FolderLayout, AFolderOfNobodySaysWhatIsThere) {
  const fs::path data = fresh_folder();
  const std::string must = data.string() +
                           " must hold one folder per person with the photos in it "
                           "(DATA/<person>/<photo>.jpg), found ";
  EXPECT_EQ(obstacles(data), Names{must + "nothing"});
  touch_all(data, {"a/1.gif", "labels.csv"});
  fs::create_symlink("nowhere", data / "b");
  EXPECT_EQ(obstacles(data),
            Names{must + "only 1 folder without photos (a), 1 link that leads nowhere (b), 1 gif"});
}

TEST(FolderLayout, StrictOnesTellEverythingInOneGo) {
  const fs::path data = fresh_folder();
  touch_all(data, {"train/a/1.jpg", "train/b/1.jpg"});
  fs::create_directory(data / "none");
  const Names all = obstacles(data, {.strict = true});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(contains(all[0], "did you mean"));
  EXPECT_EQ(all[1],
            "data.strict = true refuses what would be left out: 1 folder without photos (none); data.strict "
            "= false goes on without it");
  EXPECT_EQ(obstacles(data).size(), 1u);
}

TEST(FolderLayout, AFileIsNoFolder) {
  const fs::path folder = fresh_folder();
  const auto message = [&](const std::string& name, const std::string& bytes) {
    write_text(folder / name, bytes);
    const std::string text = error_text<IoError>([&] { demand_folder(folder / name); });
    const std::string start = "[class_folder] " + (folder / name).string() + ": not a folder";
    EXPECT_TRUE(text.starts_with(start)) << text;
    return text.substr(std::min(text.size(), start.size()));
  };
  const std::string layout =
                        ": DATA is one folder per person with the photos in it (DATA/<person>/<photo>.jpg)",
                    unpack = " but an archive: unpack it, and name the folder that comes out of it";
  EXPECT_EQ(message("data.zip", "PK\3\4"), unpack);
  EXPECT_EQ(message("data.tar", std::string(257, 'x') + "ustar"), unpack);
  EXPECT_EQ(message("data.tgz", "\x1F\x8B\x08"), unpack);
  EXPECT_EQ(message("1.jpg", "\xFF\xD8\xFF\xE0"), " but a photo" + layout);
  EXPECT_EQ(message("names.txt", "alice"), layout);
  EXPECT_EQ(message("empty", ""), layout);
  EXPECT_EQ(error_text<IoError>([&] { demand_folder("/dev/null"); }),
            "[class_folder] /dev/null: not a folder");
  demand_folder(folder);
}

}  // namespace
}  // namespace dg
