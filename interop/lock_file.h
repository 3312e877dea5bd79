// A file that one process at a time may hold, so that two never write into the same folder.
#pragma once
#include <filesystem>
#include <string>

namespace dg {

class LockFile {
 public:
  /// Takes the lock, or fails at once: IoError "PATH: process N on HOST holds it and still runs" when another
  /// process has it, and "PATH: cannot be created: why". A file that holds something else is refused and left
  /// as it is. The system gives it back when the process ends, however it ends; a process that was killed
  /// leaves the file, which then holds nobody up.
  explicit LockFile(const std::filesystem::path& path);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  /// Empty; or why this file system has no locks, and two processes can therefore not be told apart.
  const std::string& not_held() const { return not_held_; }

 private:
  std::filesystem::path path_;
  int file_ = -1;
  std::string not_held_;
};

}  // namespace dg
