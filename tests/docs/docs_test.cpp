// The documents speak of files, names in them, configuration keys and parts of the paper: that they all
// exist, that the map from the paper to the code misses none, and that the paper's recipe has a line for
// every switch.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "training/config/keys.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(DG_SOURCE_DIR);

std::string text_of(const fs::path& document) {
  std::ifstream in(root / document, std::ios::binary);
  EXPECT_TRUE(in.good()) << document << " cannot be read";
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// What stands between backticks, line by line.
std::vector<std::string> quoted(const std::string& text) {
  static const std::regex backticks("`([^`\n]+)`");
  std::vector<std::string> all;
  for (std::sregex_iterator i(text.begin(), text.end(), backticks), end; i != end; ++i)
    all.push_back((*i)[1]);
  return all;
}

// Where links into the project lead.
std::vector<std::string> links(const std::string& text) {
  static const std::regex link("\\]\\(([^)#: ]+)\\)");
  std::vector<std::string> all;
  for (std::sregex_iterator i(text.begin(), text.end(), link), end; i != end; ++i) all.push_back((*i)[1]);
  return all;
}

// Files and folders: words with a slash, and nothing that only a run or a shell would have.
bool is_path(const std::string& word) {
  static const std::regex path("[a-z_]+(/[A-Za-z0-9_.-]+)*/[A-Za-z0-9_.-]*");
  return std::regex_match(word, path) && !word.starts_with("build/");
}

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
  for (const char* folder : {"autograd/ops", "layers", "losses", "sampling"}) {
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
}  // namespace dg
