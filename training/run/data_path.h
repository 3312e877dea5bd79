// RUN/data.txt and RUN/init.txt: where the photos of a run are, and the checkpoint that its network began
// with.
#pragma once
#include <filesystem>
#include <optional>

namespace dg {

/// The absolute path of DATA as RUN/data.txt has it, its only line; nothing where there is no such file, as
/// in runs of older versions. IoError where it cannot be read, is empty, has two lines or more than 64 KiB.
std::optional<std::filesystem::path> stored_data_path(const std::filesystem::path& run);

/// The same of --init and RUN/init.txt.
std::optional<std::filesystem::path> stored_init_path(const std::filesystem::path& run);

}  // namespace dg
