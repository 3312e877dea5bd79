#include "interop/folder_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "interop/system_error.h"

namespace dg {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

EntryKind kind_of(DIR* folder, const dirent& entry) {
  unsigned char type = entry.d_type;
  if (type == DT_UNKNOWN) {
    struct stat status {};
    // What cannot be asked for here is found out by whoever opens it, as where a link leads is.
    if (::fstatat(::dirfd(folder), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::link;
    type = static_cast<unsigned char>(IFTODT(status.st_mode));
  }
  switch (type) {
    case DT_REG:
      return EntryKind::file;
    case DT_DIR:
      return EntryKind::folder;
    case DT_LNK:
      return EntryKind::link;
    default:
      return EntryKind::other;
  }
}

}  // namespace

std::vector<FolderEntry> folder_entries(const std::filesystem::path& folder) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  const auto fail = [&folder](int error) { throw_system_error(folder.string(), error); };
  if (!open) fail(errno);
  std::vector<FolderEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::move(name), kind_of(open.get(), *entry)});
    errno = 0;  // the end of the folder leaves it as it is
  }
  if (errno != 0) fail(errno);
  std::ranges::sort(entries, {}, &FolderEntry::name);
  return entries;
}

std::vector<std::string> folder_names(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (FolderEntry& entry : folder_entries(folder)) names.push_back(std::move(entry.name));
  return names;
}

}  // namespace dg
