#include "data/families.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

constexpr std::string_view families_header = "identity,family";
constexpr std::int64_t largest_table = 1 << 30;  // bytes: about fifty million identities

}  // namespace

std::vector<int> read_families(const std::filesystem::path& path, std::span<const std::string> identities) {
  const std::vector<std::uint8_t> bytes = read_file_bytes(path, largest_table);
  std::string_view rest = as_text(bytes), line;
  int number = 1;
  const auto bad = [&](std::string_view why) {
    throw IoError(fmt::format("[read_families] {}:{}: {}", path.string(), number, why));
  };
  if (!next_line(rest, line) || line != families_header) bad("the header must be `identity,family`");
  std::unordered_map<std::string_view, int> families;
  while (next_line(rest, line)) {
    ++number;
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) bad("a line must be `identity,family`");
    int family = 0;
    const auto [end, error] = std::from_chars(line.data() + comma + 1, line.data() + line.size(), family);
    if (error != std::errc() || end != line.data() + line.size() || family < 0) {
      bad(fmt::format("family must be a number from 0 on, got `{}`", line.substr(comma + 1)));
    }
    const std::string_view identity = line.substr(0, comma);
    if (!families.emplace(identity, family).second) bad(fmt::format("identity {} is repeated", identity));
  }
  std::vector<int> result;
  result.reserve(identities.size());
  for (const std::string& identity : identities) {
    const auto found = families.find(identity);
    if (found == families.end()) {
      throw IoError(fmt::format("[read_families] {}: no family for identity {}", path.string(), identity));
    }
    result.push_back(found->second);
  }
  return result;
}

void write_families(const std::filesystem::path& path, std::span<const std::string> identities,
                    std::span<const int> families) {
  require(identities.size() == families.size(), "write_families",
          "there must be a family for each of {} identities, got {}", identities.size(), families.size());
  std::string table = fmt::format("{}\n", families_header);
  for (std::size_t i = 0; i < identities.size(); ++i) {
    table += fmt::format("{},{}\n", identities[i], families[i]);
  }
  write_file_text(path, table);
}

}  // namespace dg
