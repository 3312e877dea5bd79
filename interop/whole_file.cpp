#include "interop/whole_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

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

// std::strerror is not thread-safe; this is.
std::string reason(int error) { return std::generic_category().message(error); }

// `fail` throws, given the reason.
template <class Bytes, class Fail>
Bytes read_whole(const std::filesystem::path& path, std::int64_t max_bytes, const Fail& fail) {
  const OpenFile file(std::fopen(path.c_str(), "rb"));
  if (!file && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
    throw BackendError(fmt::format("{}: cannot be opened: {}", path.string(), reason(errno)));
  struct stat status {};
  if (!file || ::fstat(::fileno(file.get()), &status) != 0) fail(reason(errno));
  const auto refuse_above_limit = [&](auto size) {
    if (static_cast<std::int64_t>(size) > max_bytes) {
      fail(fmt::format("{} bytes is more than the limit of {}", size, max_bytes));
    }
  };
  const auto size = static_cast<std::size_t>(status.st_size);  // 0 for a pipe
  refuse_above_limit(size);
  constexpr std::size_t piece = 64 << 10;  // bytes asked for at once beyond `size`: as many as a pipe holds
  Bytes bytes;
  std::size_t done = 0;
  // One byte more than the file has: only a read that meets the end leaves room in what it was given.
  for (bytes.resize(size + 1);; bytes.resize(done + piece)) {
    done += std::fread(bytes.data() + done, 1, bytes.size() - done, file.get());
    if (done < bytes.size()) break;
  }
  if (std::ferror(file.get()) != 0) fail(reason(errno));
  if (done < size) fail("the file shrank while it was read");
  refuse_above_limit(done);
  bytes.resize(done);
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path, std::int64_t max_bytes) {
  const auto fail = [&path](const std::string& why) {
    throw IoError(fmt::format("[read_file_bytes] {}: {}", path.string(), why));
  };
  std::error_code status_error;
  const auto status = std::filesystem::status(path, status_error);
  if (status_error) fail(status_error.message());
  // Opening a pipe would wait for its other end.
  if (!std::filesystem::is_regular_file(status)) fail("not a regular file");
  return read_whole<std::vector<std::uint8_t>>(path, max_bytes, fail);
}

std::string read_file_text(const std::filesystem::path& path) {
  return read_whole<std::string>(path, std::numeric_limits<std::int64_t>::max(),
                                 [&path](const std::string& why) {
                                   throw IoError(fmt::format("{}: cannot be read: {}", path.string(), why));
                                 });
}

void write_file_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  const auto fail = [&path](const std::string& why) {
    throw IoError(fmt::format("[write_file_bytes] {}: {}", path.string(), why));
  };
  OpenFile file(std::fopen(path.c_str(), "wb"));
  if (!file) fail(reason(errno));
  errno = 0;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  const bool closed = std::fclose(file.release()) == 0;
  if (!written || !closed) {
    const std::string why = reason(errno);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);
    fail(why);
  }
}

void write_file_text(const std::filesystem::path& path, std::string_view text) {
  write_file_bytes(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

bool next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const std::size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace dg
