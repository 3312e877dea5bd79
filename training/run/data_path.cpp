#include "training/run/data_path.h"

#include <fmt/format.h>

#include "interop/paths.h"
#include "interop/whole_file.h"

namespace dg {

std::optional<std::filesystem::path> stored_data_path(const std::filesystem::path& run) {
  const std::filesystem::path file = run / "data.txt";
  if (!path_exists(file)) return std::nullopt;
  const std::vector<std::uint8_t> bytes = read_file_bytes(file, 64 << 10);
  std::string_view text = as_text(bytes), path;
  if (!next_line(text, path) || path.empty() || !text.empty())
    throw IoError(fmt::format("{}: must have one line, the path of the data", file.string()));
  return std::filesystem::path(path);
}

}  // namespace dg
