// A whole file as bytes, in and out, with the system's own words when it refuses.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace dg {

/// All bytes of a regular file. IoError "PATH: why": missing, not readable, a directory, more than
/// `max_bytes`.
std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path, std::int64_t max_bytes);

/// Writes the bytes; a file that could not be finished is removed. IoError "PATH: why".
void write_file_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

}  // namespace dg
