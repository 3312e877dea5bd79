// A file read at any place by any thread, without a shared position (pread).
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

namespace dg {

class RandomAccessFile {
 public:
  /// IoError "PATH: why": missing, not readable, not a regular file.
  explicit RandomAccessFile(const std::filesystem::path& path);
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
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::int64_t modified_ = 0;
};

}  // namespace dg
