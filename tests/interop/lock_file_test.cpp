#include "interop/lock_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "interop/whole_file.h"
#include "temporary.h"
#include "tests/error_text.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

TEST(LockFile, IsHeldByOneAndNamesIt) {
  const fs::path path = temporary_folder() / "lock";
  fs::remove_all(path);
  std::optional<LockFile> first(path);
  EXPECT_EQ(first->not_held(), "");
  // Locks are of open files, so a second one of the same process is refused like that of another.
  const std::string text = error_text<IoError>([&] { LockFile second(path); });
  EXPECT_TRUE(contains(text, path.string() + ": process " + std::to_string(::getpid()) + " on "));
  EXPECT_TRUE(contains(text, "holds it and still runs"));
  first.reset();
  EXPECT_FALSE(fs::exists(path));
  first.emplace(path);
  EXPECT_TRUE(fs::exists(path));
}

TEST(LockFile, AFileThatAKilledProcessLeftHoldsNobodyUp) {
  const fs::path path = temporary_folder() / "lock_left";
  fs::remove_all(path);
  for (const char* left : {"process 1 on elsewhere\n", "proc", ""}) {
    std::ofstream(path) << left;
    EXPECT_EQ(error_text([&] { LockFile lock(path); }), "no error");
  }
}

TEST(LockFile, SomebodyElsesFileIsRefusedAndUntouched) {
  const fs::path path = temporary_folder() / "lock_of_others";
  for (const char* text : {"the key of the cellar", "processes: 3\n"}) {
    std::ofstream(path) << text;
    EXPECT_TRUE(contains(error_text<IoError>([&] { LockFile lock(path); }), "is not a lock of this program"));
    EXPECT_EQ(read_file_text(path), text);
  }
}

TEST(LockFile, ALinkIsRefusedAndItsTargetUntouched) {
  const fs::path folder = temporary_folder(), target = folder / "lock_target", link = folder / "lock_link";
  fs::remove(link);
  std::ofstream(target) << "precious";
  fs::create_symlink(target, link);
  EXPECT_TRUE(contains(error_text<IoError>([&] { LockFile lock(link); }), "cannot be created"));
  EXPECT_EQ(fs::file_size(target), 8u);
}

}  // namespace
}  // namespace dg
