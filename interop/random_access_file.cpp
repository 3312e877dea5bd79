#include "interop/random_access_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "interop/system_error.h"

namespace dg {

RandomAccessFile::RandomAccessFile(const std::filesystem::path& path)
    : RandomAccessFile(path, path.string()) {}

RandomAccessFile::RandomAccessFile(const std::filesystem::path& path, std::string what)
    : path_(path), what_(std::move(what)) {
  const auto fail = [&](int error) {
    if (file_ >= 0) ::close(file_);
    throw_system_error(what_, error);
  };
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not wait for its other end
  if (file_ < 0) fail(errno);
  struct stat status {};
  if (::fstat(file_, &status) != 0) fail(errno);
  if (!S_ISREG(status.st_mode)) {
    ::close(file_);
    throw IoError(what_ + ": not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  modified_ = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

RandomAccessFile::~RandomAccessFile() { ::close(file_); }

std::size_t RandomAccessFile::read(std::uint64_t offset, std::span<char> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got =
        ::pread(file_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_error(fmt::format("{}: offset {}", what_, offset + done), errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace dg
