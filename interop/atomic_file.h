// A file that appears whole or not at all: written under a temporary name beside it, synced, renamed.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>

namespace dg {

class AtomicFile {
 public:
  /// Opens PATH.tmp. IoError names the path and the system's reason, here and below.
  explicit AtomicFile(std::filesystem::path path);
  /// Removes the temporary file unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Syncs the file, renames it to its name and syncs the folder.
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path path_, temporary_;
  int descriptor_ = -1;
};

}  // namespace dg
