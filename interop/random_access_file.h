// A file read at any place by any thread, without a shared position (pread).
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace dg {

class RandomAccessFile {
 public:
  /// IoError (Unavailable, where it is the machine that fails: system_error.h) "PATH: why": missing, not
  /// readable, not a regular file.
  explicit RandomAccessFile(const std::filesystem::path& path);
  /// The same with `what` in front of messages, in place of the path.
  RandomAccessFile(const std::filesystem::path& path, std::string what);
  ~RandomAccessFile();
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }         // bytes, when it was opened
  std::int64_t modified() const { return modified_; }  // nanoseconds since 1970, when it was opened

  /// Reads from byte `offset` on until `out` is full or the file ends; returns the number of bytes. IoError
  /// "PATH: offset N: why". Thread-safe.
  std::size_t read(std::uint64_t offset, std::span<char> out) const;

 private:
  const std::filesystem::path path_;
  const std::string what_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::int64_t modified_ = 0;
};

}  // namespace dg
