// What lies in a folder. Not std::filesystem::directory_iterator: that of g++ 12 ends the program where
// memory runs short, because a function inside it must not throw.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace dg {

/// The names of a folder's entries, "." and ".." apart, in byte order. IoError "PATH: why".
std::vector<std::string> folder_names(const std::filesystem::path& folder);

}  // namespace dg
