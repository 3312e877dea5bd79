// Questions about a path that the system may refuse to answer, because a name is too long, links lead in a
// circle or a folder may not be searched. The standard library's functions throw errors of their own then.
#pragma once
#include <filesystem>
#include <system_error>

#include "interop/system_error.h"

namespace dg {

/// Whether there is something of this name. IoError "PATH: the system's words" where the system cannot say.
inline bool path_exists(const std::filesystem::path& path) {
  std::error_code failed;
  const bool there = std::filesystem::exists(path, failed);
  if (failed) throw_system_error(path.string(), failed.value());
  return there;
}

/// The absolute path without links, "." and "..", as far as there is something of this name. IoError as
/// path_exists.
inline std::filesystem::path canonical_path(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::path canonical = std::filesystem::absolute(path, failed);
  if (!failed) canonical = std::filesystem::weakly_canonical(canonical, failed);
  if (failed) throw_system_error(path.string(), failed.value());
  return canonical;
}

}  // namespace dg
