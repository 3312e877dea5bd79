#include "interop/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "tensor/check.h"

namespace dg {

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(path), temporary_(path.string() + ".tmp") {
  // Never through a link that lies there, which would write to a file of another name.
  const auto open_new = [this] {
    return ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  };
  file_ = open_new();
  if (file_ < 0 && errno == EEXIST) {
    struct stat there {};
    if (::lstat(temporary_.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
      throw IoError(fmt::format("{}: cannot be created: {} is in the way and is no regular file; remove it",
                                path_.string(), temporary_.string()));
    }
    ::unlink(temporary_.c_str());  // left over by a program that was killed
    file_ = open_new();
  }
  if (file_ < 0) fail("cannot be created");
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
  file_ = -1;
}

void AtomicFile::fail(const char* what) {
  const int reason = errno;  // before discard() changes it
  discard();
  throw IoError(fmt::format("{}: {}: {}", path_.string(), what, std::generic_category().message(reason)));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  require(file_ >= 0, "atomic_file", "{} must be open to be written, but it was committed or has failed",
          path_.string());
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  require(file_ >= 0, "atomic_file", "{} must be open to be committed, but it was committed or has failed",
          path_.string());
  if (::fsync(file_) != 0) fail("cannot be written");
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in place");
  const int closed = ::close(std::exchange(file_, -1));
  // Without this the rename itself may be lost with the power. Some file systems cannot do it for a folder.
  const std::filesystem::path parent = path_.parent_path();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && (::fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP);
  const int reason = errno;
  if (folder >= 0) ::close(folder);
  errno = reason;
  if (closed != 0 || !synced) fail("is written, but may not survive a power cut");
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  std::error_code unknown;
  const std::filesystem::file_status there = std::filesystem::status(path, unknown);
  if (std::filesystem::exists(there) && std::filesystem::is_other(there))
    throw IoError(path.string() + ": cannot be written: not a regular file");
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace dg
