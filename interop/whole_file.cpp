#include "interop/whole_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "tensor/error.h"

namespace dg {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OpenFile = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] void fail(const char* where, const std::filesystem::path& path, const std::string& why) {
  throw IoError(fmt::format("[{}] {}: {}", where, path.string(), why));
}

// std::strerror is not thread-safe; this is.
std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path, std::int64_t max_bytes) {
  constexpr const char* kWhere = "read_file_bytes";
  std::error_code status_error;
  const auto status = std::filesystem::status(path, status_error);
  if (status_error) fail(kWhere, path, status_error.message());
  // Opening a pipe would wait for its other end.
  if (!std::filesystem::is_regular_file(status)) fail(kWhere, path, "not a regular file");
  const OpenFile file(std::fopen(path.c_str(), "rb"));
  if (!file) fail(kWhere, path, reason(errno));
  std::fseek(file.get(), 0, SEEK_END);
  const std::int64_t size = std::ftell(file.get());
  if (size < 0) fail(kWhere, path, reason(errno));
  if (size > max_bytes) {
    fail(kWhere, path, fmt::format("{} bytes is more than the limit of {}", size, max_bytes));
  }
  std::rewind(file.get());
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
    fail(kWhere, path, std::ferror(file.get()) != 0 ? reason(errno) : "the file shrank while it was read");
  }
  return bytes;
}

void write_file_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  constexpr const char* kWhere = "write_file_bytes";
  OpenFile file(std::fopen(path.c_str(), "wb"));
  if (!file) fail(kWhere, path, reason(errno));
  errno = 0;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  const bool closed = std::fclose(file.release()) == 0;
  if (!written || !closed) {
    const std::string why = reason(errno);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);
    fail(kWhere, path, why);
  }
}

}  // namespace dg
