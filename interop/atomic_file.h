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
  /// Creates PATH.tmp, over a left-over one. IoError naming path and reason.
  explicit AtomicFile(const std::filesystem::path& path);
  /// Removes PATH.tmp unless the file was committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends. IoError naming path and reason; the file can then not be committed any more.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Puts the new file in place: fsync, rename, fsync of the folder. Once, after the last write.
  void commit();

 private:
  [[noreturn]] void fail(const char* what);
  void discard();

  std::filesystem::path path_, temporary_;
  int file_ = -1;
};

/// The whole of a small text file at once.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace dg
