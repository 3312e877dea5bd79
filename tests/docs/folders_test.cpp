// The order of the folders: the table of CONTRIBUTING.md lists them from the ground up, and a source file
// includes only headers of its own folder and of folders above it in the table.
#include <gtest/gtest.h>

#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include "docs/documents.h"

namespace dg::docs {
namespace {

// The row that a file or header belongs to: of several that contain it, the innermost one.
std::optional<std::size_t> row_of(const std::vector<std::string>& folders, const std::string& file) {
  std::optional<std::size_t> row;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (file.starts_with(folders[i]) && (!row || folders[i].size() > folders[*row].size())) row = i;
  }
  return row;
}

struct Include {
  std::string file;  // relative to the root
  int line = 0;
  std::string text;    // the whole line
  std::string header;  // what stands between the quotes or the brackets
  bool in_quotes = false;
};

std::vector<Include> includes_of(const std::string& file) {
  static const std::regex include("\\s*#\\s*include\\s*([\"<])([^\">]+)[\">].*");
  std::vector<Include> all;
  std::istringstream lines(text_of(file));
  int line = 0;
  std::smatch match;
  for (std::string text; std::getline(lines, text);) {
    ++line;
    if (std::regex_match(text, match, include)) all.push_back({file, line, text, match[2], match[1] == "\""});
  }
  return all;
}

std::string place_of(const Include& include) {
  return include.file + ":" + std::to_string(include.line) + ": " + include.text;
}

TEST(Folders, EverySourceHasItsRowInTheTable) {
  const std::vector<std::string> folders = folders_in_order();
  for (const std::string& folder : folders)
    EXPECT_TRUE(fs::is_directory(root / folder)) << folder << " is in CONTRIBUTING.md, but not there";
  static const std::regex source("\n  ([a-z0-9_]+/[a-z0-9_/]+\\.cpp)");
  const std::vector<std::string> sources = groups(text_of("cmake/sources.cmake"), source);
  for (const std::string& file : sources)
    EXPECT_TRUE(row_of(folders, file)) << file << " is in no folder of CONTRIBUTING.md's table";
  EXPECT_GT(sources.size(), 100u);
}

TEST(Folders, EachIncludesOnlyThoseBeforeItInTheTable) {
  const std::vector<std::string> folders = folders_in_order();
  int checked = 0;
  for (const std::string& file : sources_in(folders)) {
    const std::size_t own = *row_of(folders, file);
    for (const Include& include : includes_of(file)) {
      if (!include.in_quotes) continue;
      ++checked;
      const auto row = row_of(folders, include.header);
      ASSERT_TRUE(row) << place_of(include) << "\n  is in no folder of CONTRIBUTING.md's table";
      EXPECT_LE(*row, own) << place_of(include) << "\n  " << folders[*row] << " stands after " << folders[own]
                           << " in CONTRIBUTING.md's table";
    }
  }
  EXPECT_GT(checked, 500);
}

// Rows that stand one after the other, although neither may include the other.
TEST(Folders, TheReaderOfTsvFilesAndThePainterOfFacesAreIndependent) {
  for (const auto& [folder, other] : {std::pair{"data/tsv/", "data/faces/"}, {"data/faces/", "data/tsv/"}}) {
    for (const std::string& file : sources_in({folder})) {
      for (const Include& include : includes_of(file))
        EXPECT_FALSE(include.header.starts_with(other)) << place_of(include);
    }
  }
}

// Another trainer can take sampling/ alone. What it has from tensor/ is header-only and stands on the
// standard library itself.
TEST(Folders, SamplingNeedsTheStandardLibraryOnly) {
  const std::set<std::string> shared{"tensor/error.h", "tensor/rng.h"};
  const std::string lane = "tensor/cpu/lane.h", user_of_lane = "sampling/compared/inner_products.cpp";
  const std::string real = "tensor/real.h";  // of which lane.h takes the type of indices
  static const std::regex standard("[a-z_]+");
  std::vector<std::string> files = sources_in({"sampling/"});
  files.insert(files.end(), shared.begin(), shared.end());
  files.push_back(lane);
  files.push_back(real);
  for (const std::string& file : files) {
    for (const Include& include : includes_of(file)) {
      const std::string& header = include.header;
      const bool ours = file.starts_with("sampling/") && header.starts_with("sampling/");
      const bool good = include.in_quotes
                            ? ours || shared.contains(header) || (header == lane && file == user_of_lane) ||
                                  (header == real && file == lane)
                            : std::regex_match(header, standard);
      EXPECT_TRUE(good) << place_of(include);
    }
  }
}

}  // namespace
}  // namespace dg::docs
