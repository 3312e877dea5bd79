#include "interop/whole_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "error_text.h"
#include "interop/system_error.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

TEST(FileBytes, FilesThatCannotBeReadAreNamed) {
  const auto folder = fresh_folder();
  const auto missing = folder / "missing.jpg";
  EXPECT_EQ(error_text<IoError>([&] { read_jpeg(missing); }),
            "[read_file_bytes] " + missing.string() + ": No such file or directory");
  std::filesystem::create_directory(folder / "folder.jpg");
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "folder.jpg: not a regular file",
                      error_text<IoError>([&] { read_jpeg(folder / "folder.jpg"); }));
  std::filesystem::create_symlink("nowhere", folder / "dangling.jpg");
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "dangling.jpg: No such file or directory",
                      error_text<IoError>([&] { read_jpeg(folder / "dangling.jpg"); }));
  write_photo(folder / "big.jpg");
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "bytes is more than the limit of 10",
                      error_text<IoError>([&] { read_jpeg(folder / "big.jpg", {.max_file_bytes = 10}); }));
}

// Runs `f` with as many files open as the process may have.
template <class F>
auto without_free_files(const F& f) {
  rlimit before{};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto result = f();
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  return result;
}

TEST(FileBytes, TooManyOpenFilesAreNotTheFilesFault) {
  const auto path = fresh_folder() / "a.jpg";
  write_photo(path);
  const std::string text =
      without_free_files([&] { return error_text<Unavailable>([&] { read_file_bytes(path); }); });
  EXPECT_EQ(text, "[read_file_bytes] " + path.string() + ": Too many open files");
}

TEST(FileBytes, FileWithoutPermissionIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const auto path = fresh_folder() / "secret.jpg";
  write_photo(path);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  EXPECT_EQ(error_text<IoError>([&] { read_jpeg(path); }),
            "[read_file_bytes] " + path.string() + ": Permission denied");
}

TEST(FileBytes, WritingReportsTheSystemsReason) {
  const auto folder = fresh_folder();
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "/no/a.jpg: No such file or directory",
                      error_text<IoError>([&] { write_jpeg(folder / "no" / "a.jpg", gradient(4, 4), 90); }));
  if (std::filesystem::exists("/dev/full")) {  // a disk without space; the device itself must survive
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "/dev/full: No space left on device",
                        error_text<IoError>([&] { write_jpeg("/dev/full", gradient(4, 4), 90); }));
    EXPECT_TRUE(std::filesystem::exists("/dev/full"));
  }
}

TEST(FileBytes, FileThatCouldNotBeFinishedIsRemoved) {
  const auto path = fresh_folder() / "a.jpg";
  const auto signal_before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tiny{100, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tiny), 0);
  std::string why;
  try {
    write_jpeg(path, gradient(64, 64), 90);
  } catch (const IoError& error) {
    why = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, signal_before);
  EXPECT_EQ(why, "[write_file_bytes] " + path.string() + ": File too large");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FileText, AFileIsReadWhole) {
  const auto path = fresh_folder() / "text";
  for (const std::size_t size : {0, 1, 65'535, 65'536, 65'537, 300'000}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; i += 7) text[i] = static_cast<char>(i % 251);
    write_file_text(path, text);
    EXPECT_EQ(read_file_text(path), text);
    EXPECT_EQ(as_text(read_file_bytes(path)), text);
  }
}

TEST(FileText, APipeIsNotWaitedFor) {
  const auto pipe = fresh_folder() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error_text<IoError>([&] { read_file_bytes(pipe); }),
            "[read_file_bytes] " + pipe.string() + ": not a regular file");
  EXPECT_EQ(error_text<IoError>([&] { read_file_text(pipe); }),
            pipe.string() + ": cannot be read: not a regular file");
}

TEST(FileText, FilesThatCannotBeReadAreNamed) {
  const auto folder = fresh_folder();
  EXPECT_EQ(error_text<IoError>([&] { read_file_text(folder / "none"); }),
            (folder / "none").string() + ": cannot be read: No such file or directory");
  EXPECT_EQ(error_text<IoError>([&] { read_file_text(folder); }),
            folder.string() + ": cannot be read: not a regular file");
}

TEST(FileText, LinesEndWithLfOrCrlf) {
  std::string_view text = "a\n\r\n\nb\r\nc", line;
  std::vector<std::string> lines;
  while (next_line(text, line)) lines.emplace_back(line);
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "", "", "b", "c"}));
}

}  // namespace
}  // namespace dg
