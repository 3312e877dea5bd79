#include "interop/whole_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "interop/random_access_file.h"
#include "interop/system_error.h"

namespace dg {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OpenFile = std::unique_ptr<std::FILE, CloseFile>;

// `what` begins the messages.
template <class Bytes>
Bytes read_whole(const std::filesystem::path& path, std::int64_t max_bytes, const std::string& what) {
  const RandomAccessFile file(path, what);
  const auto refuse_above_limit = [&](std::uint64_t size) {
    if (size > static_cast<std::uint64_t>(max_bytes))
      throw IoError(fmt::format("{}: {} bytes is more than the limit of {}", what, size, max_bytes));
  };
  const std::uint64_t size = file.size();
  refuse_above_limit(size);
  constexpr std::size_t piece = 64 << 10;  // bytes asked for at once where the file has grown
  Bytes bytes;
  std::size_t done = 0;
  // One byte more than the file has: only a read that meets the end leaves room in what it was given.
  for (bytes.resize(size + 1);; bytes.resize(done + piece)) {
    done += file.read(done, {reinterpret_cast<char*>(bytes.data()) + done, bytes.size() - done});
    if (done < bytes.size()) break;
    refuse_above_limit(done);
  }
  if (done < size) throw IoError(what + ": the file shrank while it was read");
  bytes.resize(done);
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path, std::int64_t max_bytes) {
  return read_whole<std::vector<std::uint8_t>>(path, max_bytes,
                                               fmt::format("[read_file_bytes] {}", path.string()));
}

std::string read_file_text(const std::filesystem::path& path) {
  return read_whole<std::string>(path, std::numeric_limits<std::int64_t>::max(),
                                 fmt::format("{}: cannot be read", path.string()));
}

void write_file_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  const auto fail = [&path](const std::string& why) {
    throw IoError(fmt::format("[write_file_bytes] {}: {}", path.string(), why));
  };
  OpenFile file(std::fopen(path.c_str(), "wb"));
  if (!file) fail(system_words(errno));
  errno = 0;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  const bool closed = std::fclose(file.release()) == 0;
  if (!written || !closed) {
    const std::string why = system_words(errno);
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
