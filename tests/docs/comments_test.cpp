// Comments name files: each must be there.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "docs/documents.h"

namespace dg::docs {
namespace {

// Where the files of a name are: a backend's source, for instance, in the folders of both devices.
std::map<std::string, std::set<fs::path>> folders_of_names() {
  std::vector<std::string> folders = folders_in_order();
  for (const char* more : {"tests/", "docs/", "cmake/", "experiments/"}) folders.push_back(more);
  std::map<std::string, std::set<fs::path>> all;
  const auto add = [&](const fs::path& file) {
    const fs::path relative = fs::relative(file, root);
    all[relative.filename().string()].insert(relative.parent_path());
  };
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) add(entry.path());
  }
  for (const auto& entry : fs::directory_iterator(root)) add(entry.path());
  return all;
}

// The words after "//" that look like the name of a source or a document.
std::vector<std::string> files_in_comment(const std::string& line) {
  static const std::regex file(
      "(?:^|[^\\w/.-])((?:[a-z_][\\w-]*/)*[a-z_][\\w-]*\\.(?:h|cpp|cuh|md|py|cmake))\\b");
  const auto comment = line.find("//");
  return comment == std::string::npos ? std::vector<std::string>() : groups(line.substr(comment + 2), file);
}

// With a folder: from the root, from the folder of the comment's file, or, as tests include, from tests/.
// Without one: in the folder of the comment's file, or the only file of this name.
TEST(Comments, EveryFileTheyNameExists) {
  const auto folders = folders_of_names();
  std::vector<std::string> sources = folders_in_order();
  sources.push_back("tests/");
  int named = 0;
  for (const std::string& source : sources_in(sources)) {
    const fs::path own = fs::path(source).parent_path();
    std::istringstream lines(text_of(source));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      for (const std::string& word : files_in_comment(line)) {
        ++named;
        const auto places = folders.find(word);
        const bool unique = places != folders.end() && places->second.size() == 1;
        const bool at_a_path = word.find('/') != std::string::npos &&
                               (fs::exists(root / word) || fs::exists(root / "tests" / word));
        EXPECT_TRUE(fs::exists(root / own / word) || unique || at_a_path)
            << source << ":" << number << " names " << word << ", which is not there";
      }
    }
  }
  EXPECT_GT(named, 60);
}

}  // namespace
}  // namespace dg::docs
