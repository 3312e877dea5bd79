#include "interop/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "tensor/error.h"

namespace dg {
namespace {

std::string host_name() {
  std::array<char, 256> name{};  // longer than POSIX lets a host name be
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "an unknown host";
}

constexpr std::string_view first_word = "process ";

// What the holder wrote about itself; empty if nothing. Only what can be printed.
std::string holder(int file) {
  std::array<char, 512> text{};
  const ssize_t bytes = ::pread(file, text.data(), text.size(), 0);
  std::string line;
  for (ssize_t i = 0; i < bytes && text[i] != '\n'; ++i) line += text[i] < ' ' ? '?' : text[i];
  return line;
}

// The holder removes the file when it is done. Whoever had opened it before then has the lock of a file that
// is gone.
bool still_there(int file, const std::filesystem::path& path) {
  struct stat opened {
  }, now{};
  return ::fstat(file, &opened) == 0 && ::lstat(path.c_str(), &now) == 0 && opened.st_ino == now.st_ino &&
         opened.st_dev == now.st_dev;
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& path) : path_(path) {
  const auto fail = [&](const std::string& why) {
    if (file_ >= 0) ::close(file_);
    throw IoError(fmt::format("{}: {}", path.string(), why));
  };
  while (true) {
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (file_ < 0) fail("cannot be created: " + std::generic_category().message(errno));
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) {
        const std::string who = holder(file_);
        fail(fmt::format("{} holds it and still runs", who.empty() ? "another process" : who));
      }
      not_held_ = std::generic_category().message(errno);
      break;
    }
    if (still_there(file_, path)) break;
    ::close(file_);
  }
  // A killed process may have left a part of its line.
  if (!first_word.starts_with(holder(file_).substr(0, first_word.size())))
    fail("is not a lock of this program; move it away or name another folder");
  const std::string own = fmt::format("{}{} on {}\n", first_word, ::getpid(), host_name());
  // Only for the message of a second process: the lock holds without it, on a full disk too.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, own.data(), own.size(), 0) < 0) return;
}

LockFile::~LockFile() {
  if (not_held_.empty()) ::unlink(path_.c_str());  // before the lock is given back
  ::close(file_);
}

}  // namespace dg
