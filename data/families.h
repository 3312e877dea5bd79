// The table of families of look-alikes that may stand beside identity folders (families.csv): the header
// `identity,family`, then a line for each identity, families numbered from 0.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace dg {

/// The family of each of `identities`. IoError "[read_families] PATH:LINE: why" for a bad line or a repeated
/// identity, and, without a line, if one of `identities` is not in the table.
std::vector<int> read_families(const std::filesystem::path& path, std::span<const std::string> identities);

/// Writes the table; families[i] is the family of identities[i]. IoError as of write_file_text.
void write_families(const std::filesystem::path& path, std::span<const std::string> identities,
                    std::span<const int> families);

}  // namespace dg
