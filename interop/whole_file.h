// A whole file at once, as bytes or as text, with the system's own words when it refuses. What must survive a
// crash or a full disk is written through atomic_file.h instead.
#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// All bytes of a regular file. IoError "[read_file_bytes] PATH: why": missing, not readable, not a regular
/// file, more than `max_bytes`, shorter when it had been read than when it was opened. BackendError where the
/// system has no descriptor or memory to open it with: nothing is then wrong with the file.
std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path,
                                          std::int64_t max_bytes = std::numeric_limits<std::int64_t>::max());

/// All bytes of a file of any kind, pipes included. IoError "PATH: cannot be read: why".
std::string read_file_text(const std::filesystem::path& path);

/// Writes the bytes; a file that could not be finished is removed. It is not forced to the disk, which would
/// take longer than everything else where a hundred thousand photos are written. IoError "[write_file_bytes]
/// PATH: why".
void write_file_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

/// write_file_bytes of a text.
void write_file_text(const std::filesystem::path& path, std::string_view text);

/// The bytes of a text file as text.
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Moves the first line of `text` to `line`, without its ending (LF or CRLF). False when no text is left.
bool next_line(std::string_view& text, std::string_view& line);

}  // namespace dg
