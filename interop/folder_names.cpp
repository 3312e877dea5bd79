#include "interop/folder_names.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "interop/system_error.h"

namespace dg {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

std::vector<std::string> folder_names(const std::filesystem::path& folder) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  const auto fail = [&folder](int error) { throw_system_error(folder.string(), error); };
  if (!open) fail(errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
    errno = 0;  // the end of the folder leaves it as it is
  }
  if (errno != 0) fail(errno);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace dg
