// The documents speak of files, names in them, configuration keys and parts of the paper: that they all
// exist, that the map from the paper to the code misses none, and that the paper's recipe has a line for
// every switch.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "docs/documents.h"
#include "training/config/keys.h"

namespace dg::docs {
namespace {

// "section.key", alone or before " = value"; file names are no keys.
std::string key_in(const std::string& word) {
  static const std::regex key("([a-z0-9_]+\\.[a-z0-9_]+)( = .*)?"), file(".*\\.(md|toml|h|cpp|tsv|jsonl)");
  std::smatch match;
  return std::regex_match(word, match, key) && !std::regex_match(word, file) ? match[1].str() : "";
}

TEST(Docs, EveryPathExists) {
  std::vector<fs::path> documents{root / "README.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  for (const fs::path& document : documents) {
    int paths = 0;
    for (const std::string& word : quoted(text_of(document))) {
      if (!is_path(word)) continue;
      ++paths;
      EXPECT_TRUE(fs::exists(root / word)) << document << " names " << word << ", which is not there";
    }
    EXPECT_GT(paths, 0) << document;
    for (const std::string& target : links(text_of(document)))
      EXPECT_TRUE(fs::exists(document.parent_path() / target)) << document << " links to " << target;
  }
}

// Each section of the tour links to files and speaks of what is in them.
TEST(Docs, TheTourNamesNothingThatIsNotInItsFiles) {
  static const std::regex name("[A-Za-z_]\\w*(::[A-Za-z_]\\w*)*"), comment("//[^\n]*"), section("\n## ");
  const std::string tour = text_of(root / "docs" / "tour.md");
  int names = 0;
  for (std::sregex_token_iterator part(tour.begin(), tour.end(), section, -1), end; part != end; ++part) {
    const std::string text = *part;
    std::string code;
    for (const std::string& target : links(text))
      code += std::regex_replace(text_of(root / "docs" / target), comment, "");
    for (const std::string& word : quoted(text)) {
      if (!std::regex_match(word, name)) continue;
      ++names;
      EXPECT_TRUE(std::regex_search(code, std::regex("\\b" + word + "\\b")))
          << "no file of the section \"" << text.substr(0, text.find('\n')) << "\" has " << word;
    }
  }
  EXPECT_GT(names, 80);
}

// Each row of docs/adding.md names files, and names that stand in one of them.
TEST(Docs, EveryPlaceOfAddingHasTheNamesOfItsRow) {
  static const std::regex name("[A-Za-z_]\\w*(\\.\\w+)?"), row("\n(\\|[^\n]*)");
  int names = 0;
  for (const std::string& cells : groups(text_of("docs/adding.md"), row)) {
    std::string code;
    for (const std::string& word : quoted(cells)) {
      if (is_path(word) && fs::is_regular_file(root / word)) code += text_of(word);
    }
    for (const std::string& word : quoted(cells)) {
      if (code.empty() || is_path(word) || !std::regex_match(word, name)) continue;
      ++names;
      EXPECT_TRUE(std::regex_search(code, std::regex("\\b" + word + "\\b")))
          << "no file of this row has " << word << ":\n"
          << cells;
    }
  }
  EXPECT_GT(names, 40);
}

TEST(Docs, ThePaperMapHasEverySectionEquationAndTable) {
  const std::string map = text_of("docs/paper-map.md");
  std::vector<std::string> parts{"3", "3.1", "3.2", "4.1", "4.2"};
  for (int i = 1; i <= 8; ++i) parts.push_back("4.2." + std::to_string(i));
  for (int i = 1; i <= 5; ++i) parts.push_back("eq. " + std::to_string(i));
  for (int i = 1; i <= 6; ++i) parts.push_back("Table " + std::to_string(i));
  for (const std::string& part : parts)
    EXPECT_NE(map.find("\n| " + part + " |"), std::string::npos) << "no row for " << part;
}

TEST(Docs, ThePaperMapNamesEveryOperationLayerLossAndSampler) {
  const std::vector<std::string> words = quoted(text_of("docs/paper-map.md"));
  for (const char* folder : {"autograd/ops", "layers", "losses", "sampling", "sampling/compared"}) {
    int files = 0;
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      ++files;
      const std::string name = std::string(folder) + "/" + entry.path().filename().string();
      EXPECT_NE(std::find(words.begin(), words.end(), name), words.end())
          << "docs/paper-map.md does not name " << name;
    }
    EXPECT_GT(files, 0) << folder;
  }
}

// A cell that has to be searched leads nowhere.
TEST(Docs, ThePaperMapHasAtMostThreeFilesAndTwoTestsInACell) {
  static const std::regex row("\n\\|[^|\n]*\\|[^|\n]*(\\|[^|\n]*\\|[^|\n]*)\\|");
  int rows = 0;
  for (const std::string& cells : groups(text_of("docs/paper-map.md"), row)) {
    ++rows;
    const auto second = cells.find('|', 1);
    for (const auto& [cell, most] : {std::pair{cells.substr(0, second), 3}, {cells.substr(second), 2}}) {
      const std::vector<std::string> words = quoted(cell);
      EXPECT_LE(std::count_if(words.begin(), words.end(), is_path), most) << cell;
    }
  }
  EXPECT_GE(rows, 25);
}

TEST(Docs, EverySwitchIsAConfigurationKey) {
  int keys = 0;
  for (const char* document :
       {"docs/deviations.md", "docs/paper-map.md", "docs/msceleb.md", "docs/tour.md"}) {
    for (const std::string& word : quoted(text_of(document))) {
      const std::string name = key_in(word);
      if (name.empty()) continue;
      ++keys;
      const auto& all = config::keys();
      EXPECT_TRUE(
          std::any_of(all.begin(), all.end(), [&](const config::Key& key) { return key.name == name; }))
          << document << " names " << name << ", which is no key";
    }
  }
  EXPECT_GT(keys, 30);
}

// experiments/paper.toml states the choice made for each switch, explicitly or as a comment "# key = value".
TEST(Docs, EverySwitchHasItsLineInThePapersRecipe) {
  std::set<std::string> lines;
  std::string section;
  static const std::regex header("\\[([a-z]+)\\]"), line("(# )?([a-z0-9_]+) = .*");
  std::istringstream recipe(text_of("experiments/paper.toml"));
  std::smatch match;
  for (std::string text; std::getline(recipe, text);) {
    if (std::regex_match(text, match, header)) section = match[1];
    if (std::regex_match(text, match, line)) lines.insert(section + "." + match[2].str());
  }
  int switches = 0;
  for (const std::string& word : quoted(text_of("docs/deviations.md"))) {
    const std::string name = key_in(word);
    if (name.empty()) continue;
    ++switches;
    EXPECT_TRUE(lines.contains(name)) << "experiments/paper.toml has no line for " << name;
  }
  EXPECT_GT(switches, 60);
}

}  // namespace
}  // namespace dg::docs
