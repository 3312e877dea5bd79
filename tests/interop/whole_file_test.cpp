#include "interop/whole_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "error_text.h"
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

TEST(FileText, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string text(100'000, 'y');  // more than the pipe holds
  std::thread writer([&] {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(ends[1]);
  });
  const std::string pipe = "/proc/self/fd/" + std::to_string(ends[0]);
  EXPECT_EQ(error_text<IoError>([&] { read_file_bytes(pipe); }),
            "[read_file_bytes] " + pipe + ": not a regular file");
  EXPECT_EQ(read_file_text(pipe), text);
  writer.join();
  ::close(ends[0]);
}

TEST(FileText, FilesThatCannotBeReadAreNamed) {
  const auto folder = fresh_folder();
  EXPECT_EQ(error_text<IoError>([&] { read_file_text(folder / "none"); }),
            (folder / "none").string() + ": cannot be read: No such file or directory");
  EXPECT_EQ(error_text<IoError>([&] { read_file_text(folder); }),
            folder.string() + ": cannot be read: Is a directory");
}

TEST(FileText, LinesEndWithLfOrCrlf) {
  std::string_view text = "a\n\r\n\nb\r\nc", line;
  std::vector<std::string> lines;
  while (next_line(text, line)) lines.emplace_back(line);
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "", "", "b", "c"}));
}

}  // namespace
}  // namespace dg
