#include "training/run/data_path.h"

#include <fmt/format.h>

#include "interop/paths.h"
#include "interop/whole_file.h"

namespace dg {

namespace {

std::optional<std::filesystem::path> stored_path(const std::filesystem::path& file, const char* what) {
  if (!path_exists(file)) return std::nullopt;
  const std::vector<std::uint8_t> bytes = read_file_bytes(file, 64 << 10);
  std::string_view text = as_text(bytes), path;
  if (!next_line(text, path) || path.empty() || !text.empty())
    throw IoError(fmt::format("{}: must have one line, the path of {}", file.string(), what));
  return std::filesystem::path(path);
}

}  // namespace

std::optional<std::filesystem::path> stored_data_path(const std::filesystem::path& run) {
  return stored_path(run / "data.txt", "the data");
}

std::optional<std::filesystem::path> stored_init_path(const std::filesystem::path& run) {
  return stored_path(run / "init.txt", "the checkpoint it began with");
}

}  // namespace dg
