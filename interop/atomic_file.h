// A file that is either the old one or the whole new one, whatever happens: bytes go to PATH.tmp, which is
// forced to the disk and then renamed over PATH. A full disk, a crash or a kill leaves the old file as it
// was.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace dg {

class AtomicFile {
 public:
  /// Creates PATH.tmp, in place of a regular file that was left over. IoError "PATH: cannot be created: why",
  /// also where PATH.tmp is a link, a folder or a pipe, which is then left alone.
  explicit AtomicFile(const std::filesystem::path& path);
  /// Removes PATH.tmp unless the file was committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends. IoError "PATH: cannot be written: why"; the file can then not be committed any more, and
  /// writing to it or committing it is an Error, as after commit().
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Puts the new file in place, once, after the last write: fsync, rename, fsync of the folder. IoError
  /// "PATH: what failed: why".
  void commit();

 private:
  [[noreturn]] void fail(const char* what);
  void discard();

  std::filesystem::path path_, temporary_;
  int file_ = -1;
};

/// AtomicFile for a whole text at once. IoError also where PATH is a pipe or a device.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace dg
