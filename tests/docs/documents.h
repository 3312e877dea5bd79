// What the tests of documents share: the text of a file of the source tree, and what its Markdown quotes.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace dg::docs {

namespace fs = std::filesystem;

inline const fs::path root = fs::path(DG_SOURCE_DIR);

/// The text of a file; a relative path is taken from the root of the source tree.
inline std::string text_of(const fs::path& file) {
  std::ifstream in(root / file, std::ios::binary);
  EXPECT_TRUE(in.good()) << file << " cannot be read";
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The first group of every match.
inline std::vector<std::string> groups(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> all;
  for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end; ++i) all.push_back((*i)[1]);
  return all;
}

/// What stands between backticks, line by line.
inline std::vector<std::string> quoted(const std::string& text) {
  static const std::regex backticks("`([^`\n]+)`");
  return groups(text, backticks);
}

/// Where links into the project lead.
inline std::vector<std::string> links(const std::string& text) {
  static const std::regex link("\\]\\(([^)#: ]+)\\)");
  return groups(text, link);
}

/// Files and folders: words with a slash, and nothing that only a run or a shell would have.
inline bool is_path(const std::string& word) {
  static const std::regex path("[a-z_]+(/[A-Za-z0-9_.-]+)*/[A-Za-z0-9_.-]*");
  return std::regex_match(word, path) && !word.starts_with("build/");
}

/// The first column of CONTRIBUTING.md's table of folders, in order: "data/", "data/tsv/", ...
inline std::vector<std::string> folders_in_order() {
  static const std::regex row("\n\\| `([a-z_/]+/)` \\|");
  const std::string text = text_of("CONTRIBUTING.md");
  const auto begin = text.find("| folder | idea |");
  EXPECT_NE(begin, std::string::npos) << "CONTRIBUTING.md has no table of folders";
  return groups(text.substr(begin, text.find("\n\n", begin) - begin), row);
}

/// The sources in these folders and in folders inside them, relative to the root, each once.
inline std::vector<std::string> sources_in(const std::vector<std::string>& folders) {
  std::set<std::string> files;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".h" || extension == ".cpp" || extension == ".cuh")
        files.insert(fs::relative(entry.path(), root).generic_string());
    }
  }
  return {files.begin(), files.end()};
}

}  // namespace dg::docs
