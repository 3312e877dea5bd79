// Where a test's files go: one folder per process, removed at its end, so that tests may run side by side.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>

namespace dg {

inline const std::filesystem::path& temporary_folder() {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("doppel_" + std::to_string(::getpid()));
    pid_t owner = ::getpid();
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
      std::error_code ignored;
      if (::getpid() == owner) std::filesystem::remove_all(path, ignored);  // not in a forked child
    }
  };
  static const Folder folder;
  return folder.path;
}

}  // namespace dg
