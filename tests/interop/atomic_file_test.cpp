#include "interop/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "temporary.h"
#include "tests/error_text.h"
#include "tests/interop/files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = temporary_folder() / "atomic_file";
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(AtomicFileTest, TheOldFileStandsUntilCommit) {
  const fs::path path = folder_ / "file";
  write_all(path, "old");
  AtomicFile file(path);
  file.write("new ");
  file.write("text");
  EXPECT_EQ(read_all(path), "old");
  file.commit();
  EXPECT_EQ(read_all(path), "new text");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, WithoutCommitNothingHappened) {
  const fs::path path = folder_ / "file";
  write_all(path, "old");
  { AtomicFile(path).write("new"); }
  EXPECT_EQ(read_all(path), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, ALeftOverTemporaryIsReplaced) {
  write_all(folder_ / "file.tmp", "half of something longer");
  write_file_atomically(folder_ / "file", "all");
  EXPECT_EQ(read_all(folder_ / "file"), "all");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, WhatIsNoRegularFileInPlaceOfTheTemporaryIsLeftAlone) {
  const fs::path path = folder_ / "file", temporary = folder_ / "file.tmp";
  const std::string refusal = path.string() + ": cannot be created: " + temporary.string() +
                              " is in the way and is no regular file; remove it";
  write_all(folder_ / "victim", "precious");
  for (const char* target : {"victim", "nothing"}) {
    fs::create_symlink(target, temporary);
    EXPECT_EQ(error_text<IoError>([&] { write_file_atomically(path, "text"); }), refusal);
    EXPECT_TRUE(fs::is_symlink(temporary));
    fs::remove(temporary);
  }
  EXPECT_EQ(read_all(folder_ / "victim"), "precious");
  fs::create_directories(temporary);
  EXPECT_EQ(error_text<IoError>([&] { write_file_atomically(path, "text"); }), refusal);
  fs::remove(temporary);
  ASSERT_EQ(mkfifo(temporary.c_str(), 0600), 0);
  EXPECT_EQ(error_text<IoError>([&] { write_file_atomically(path, "text"); }), refusal);
  const int reader = ::open(temporary.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  EXPECT_EQ(error_text<IoError>([&] { write_file_atomically(path, "text"); }), refusal)
      << "nor with a reader";
  ::close(reader);
  EXPECT_EQ(files(), 2u);  // the victim and the pipe
}

// Another name of a file that was left over would be changed with it if it were written to in place.
TEST_F(AtomicFileTest, ALeftOverTemporaryIsNotWrittenTo) {
  write_all(folder_ / "other", "other");
  fs::create_hard_link(folder_ / "other", folder_ / "file.tmp");
  write_file_atomically(folder_ / "file", "text");
  EXPECT_EQ(read_all(folder_ / "other"), "other");
  EXPECT_EQ(read_all(folder_ / "file"), "text");
}

TEST_F(AtomicFileTest, AFullDiskLeavesTheOldFileAndNoTemporary) {
  const fs::path path = folder_ / "file";
  write_all(path, "old");
  const std::string text = with_file_size_limit(1000, [&] {
    return error_text<IoError>([&] { write_file_atomically(path, std::string(5000, 'x')); });
  });
  EXPECT_EQ(text, path.string() + ": cannot be written: File too large");
  EXPECT_EQ(read_all(path), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, ReasonsAreNamed) {
  EXPECT_EQ(error_text<IoError>([&] { AtomicFile file(folder_ / "none/file"); }),
            (folder_ / "none/file").string() + ": cannot be created: No such file or directory");
  fs::create_directories(folder_ / "taken");
  EXPECT_EQ(error_text<IoError>([&] { write_file_atomically(folder_ / "taken", "text"); }),
            (folder_ / "taken").string() + ": cannot be put in place: Is a directory");
  EXPECT_EQ(files(), 1u);  // no temporary
}

TEST_F(AtomicFileTest, APipeOrADeviceIsLeftAlone) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const fs::path& path : {fs::path("/dev/null"), pipe}) {
    EXPECT_EQ(error_text<IoError>([&] { write_file_atomically(path, "text"); }),
              path.string() + ": cannot be written: not a regular file");
  }
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(AtomicFileTest, NoFileStaysOpen) {
  const auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_files();
  for (int i = 0; i < 200; ++i) write_file_atomically(folder_ / "file", std::to_string(i));
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(read_all(folder_ / "file"), "199");
}

TEST_F(AtomicFileTest, ACommittedFileTakesNoMore) {
  AtomicFile file(folder_ / "file");
  file.commit();
  EXPECT_NE(error_text([&] { file.write("more"); }).find("must be open to be written"), std::string::npos);
  EXPECT_NE(error_text([&] { file.commit(); }).find("must be open to be committed"), std::string::npos);
}

}  // namespace
}  // namespace dg
