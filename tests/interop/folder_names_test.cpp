#include "interop/folder_names.h"

#include <gtest/gtest.h>

#include "temporary.h"
#include "tensor/error.h"
#include "tests/error_text.h"
#include "tests/interop/files.h"

namespace dg {
namespace {

TEST(FolderNames, AreAllEntriesInByteOrder) {
  const std::filesystem::path folder = temporary_folder() / "folder_names";
  std::filesystem::create_directories(folder / "b");
  for (const char* name : {"a", "B", ".hidden"}) write_all(folder / name, "");
  std::filesystem::create_symlink("nothing", folder / "link");
  EXPECT_EQ(folder_names(folder), (std::vector<std::string>{".hidden", "B", "a", "b", "link"}));
  std::vector<EntryKind> kinds;
  for (const FolderEntry& entry : folder_entries(folder)) kinds.push_back(entry.kind);
  EXPECT_EQ(kinds, (std::vector<EntryKind>{EntryKind::file, EntryKind::file, EntryKind::file,
                                           EntryKind::folder, EntryKind::link}));
  EXPECT_TRUE(folder_names(folder / "b").empty());
  EXPECT_EQ(error_text<IoError>([&] { folder_names(folder / "none"); }),
            (folder / "none").string() + ": No such file or directory");
  EXPECT_EQ(error_text<IoError>([&] { folder_names(folder / "a"); }),
            (folder / "a").string() + ": Not a directory");
}

}  // namespace
}  // namespace dg
