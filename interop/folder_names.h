// What lies in a folder. Not std::filesystem::directory_iterator: that of g++ 12 ends the program where
// memory runs short, because a function inside it must not throw.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace dg {

/// What an entry itself is. Most file systems say it with the name, at no cost; of the others it is asked.
enum class EntryKind { file, folder, link, other };

struct FolderEntry {
  std::string name;
  EntryKind kind = EntryKind::other;
};

/// A folder's entries, "." and ".." apart, by their names in byte order. IoError "PATH: why", of its kinds
/// (interop/system_error.h).
std::vector<FolderEntry> folder_entries(const std::filesystem::path& folder);

/// The names alone. IoError as folder_entries.
std::vector<std::string> folder_names(const std::filesystem::path& folder);

}  // namespace dg
