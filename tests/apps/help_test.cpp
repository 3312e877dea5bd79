// What the program says about itself: --help of every subcommand, the manual, --version.
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

#include "tests/apps/program.h"

namespace dg {
namespace {

std::string output_of(const Words& words) {
  const Finished f = doppel(words);
  EXPECT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(f.err, "");
  return f.out;
}

std::string help_of(Words words) {
  words.push_back("--help");
  return output_of(words);
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The words that begin a line after two spaces, between a heading and the empty line after it.
Words names_under(const std::string& heading, const std::string& help) {
  Words names;
  bool inside = false;
  for (const std::string& line : lines_of(help)) {
    if (line.empty()) inside = false;
    if (inside && line[2] != ' ') names.push_back(line.substr(2, line.find(' ', 2) - 2));
    if (line == heading) inside = true;
  }
  return names;
}

// "train", "bench", "bench step", ...
std::vector<Words> subcommands(const Words& above = {}) {
  std::vector<Words> all;
  for (const std::string& name : names_under("Commands:", help_of(above))) {
    Words words = above;
    words.push_back(name);
    all.push_back(words);
    for (const Words& below : subcommands(words)) all.push_back(below);
  }
  return all;
}

std::set<std::string> options_in(const std::string& text) {
  static const std::regex option("--[a-z][a-z-]*");
  return {std::sregex_token_iterator(text.begin(), text.end(), option), {}};
}

TEST(Help, EverySubcommandHasAPurposeGroupsAndTwoExamples) {
  const std::set<std::string> headings{"Commands:", "Arguments:", "Data:",        "Training:", "Output:",
                                       "Machine:",  "Help:",      "Measurement:", "Examples:", "Exit codes:"};
  static const std::regex heading("[A-Z][a-z ]+:");
  std::vector<Words> all = subcommands();
  EXPECT_GT(all.size(), 12u);
  all.push_back({});
  for (const Words& words : all) {
    std::string name = "doppel";
    for (const std::string& word : words) name += " " + word;
    SCOPED_TRACE(name);
    const std::string help = help_of(words);
    const Words lines = lines_of(help);
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(lines[0][0]))) << lines[0];
    EXPECT_TRUE(contains(help, "\nUsage: " + name));
    int examples = 0;
    for (const std::string& line : lines) {
      EXPECT_LE(line.size(), 100u) << line;
      EXPECT_FALSE(std::regex_search(line, std::regex("[0-9]{15}|e\\+[0-9]"))) << line;
      if (std::regex_match(line, heading)) {
        EXPECT_TRUE(headings.contains(line)) << line;
      }
      examples += line.starts_with("  ") && !line.starts_with("   ") && contains(line, "doppel ");
    }
    EXPECT_GE(examples, 2);
    if (contains(help, "--set KEY=VALUE")) {
      EXPECT_TRUE(contains(help, "docs/configuration.md"));
    }
  }
}

// A subcommand says of an option that several have what the others say.
TEST(Help, TheSameOptionHasTheSameWords) {
  for (const char* option : {"--device", "--threads", "--checkpoint", "--json"}) {
    std::set<std::string> texts;
    for (const Words& words : subcommands()) {
      const std::string help = help_of(words);
      const auto at = help.find(std::string("\n  ") + option);
      if (at != std::string::npos) texts.insert(help.substr(at, help.find("\n  -", at + 1) - at));
    }
    EXPECT_GE(texts.size(), 1u) << option;
    std::set<std::string> first_words;
    for (const std::string& text : texts)  // but for the default, which may be the subcommand's own
      first_words.insert(text.substr(0, std::min(text.find(" (default"), text.find('\n', 40))));
    EXPECT_EQ(first_words.size(), 1u) << *first_words.begin() << *first_words.rbegin();
  }
}

TEST(Help, TheDocumentHasEverySubcommand) {
  const std::string page = file_text(fs::path(DG_SOURCE_DIR) / "docs/commands.md");
  for (const Words& words : subcommands()) {
    if (words.size() == 1) {
      EXPECT_TRUE(contains(page, fmt::format("\n| `{}` | ", words[0])));
    }
  }
}

TEST(Manual, HasEverySubcommandAndOptionAndItsExamples) {
  const std::string manual = std::regex_replace(output_of({"manual"}), std::regex("\\\\-"), "-");
  EXPECT_TRUE(manual.starts_with(".TH DOPPEL 1"));
  for (const Words& words : subcommands()) {
    std::string name = "doppel";
    for (const std::string& word : words) name += " " + word;
    const auto begin = manual.find(".SS " + name + "\n");
    ASSERT_NE(begin, std::string::npos) << name;
    const std::string section = manual.substr(begin, manual.find("\n.SS ", begin + 1) - begin);
    for (const std::string& option : options_in(help_of(words)))
      EXPECT_TRUE(contains(section, option)) << name;
  }
  for (const char* code : {"0", "1", "2", "3", "130"})
    EXPECT_TRUE(contains(manual, fmt::format(".TP\n{}\n", code)));
}

TEST(Manual, GroffHasNothingToWarnOf) {
  if (std::system("command -v groff >/dev/null 2>&1") != 0) GTEST_SKIP() << "groff is not here";
  const fs::path folder = fresh_folder("manual");
  std::ofstream(folder / "doppel.1") << output_of({"manual"});
  const std::string warnings = (folder / "warnings").string();
  const std::string command =
      fmt::format("groff -man -ww -Tutf8 -rLL=100n '{}' >'{}' 2>'{}'", (folder / "doppel.1").string(),
                  (folder / "page").string(), warnings);
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(file_text(warnings), "");
  EXPECT_GT(lines_of(file_text(folder / "page")).size(), 200u);
}

TEST(Completion, OffersWhatFits) {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "doppel",
                 folder = fresh_folder("completion"), said = fresh_folder("completion_said") / "said";
  const int status = std::system(fmt::format("bash '{}/tests/apps/completion.sh' '{}' '{}' >'{}' 2>&1",
                                             DG_SOURCE_DIR, program.string(), folder.string(), said.string())
                                     .c_str());
  EXPECT_EQ(status, 0);
  EXPECT_EQ(file_text(said), "");
}

TEST(Version, HasABuildDevicesAndLibraries) {
  const std::string text = output_of({"--version"});
  EXPECT_TRUE(text.starts_with("doppel         0."));
  const auto value_of_line = [&](const std::string& name) {
    for (const std::string& line : lines_of(text)) {
      if (line.starts_with(name + " ")) return line.substr(15);
    }
    return std::string("no line " + name);
  };
  EXPECT_TRUE(std::regex_match(value_of_line("commit"), std::regex("[0-9a-f]{12}( \\(modified\\))?|unknown")))
      << value_of_line("commit");
  EXPECT_TRUE(
      std::regex_search(value_of_line("built"), std::regex("^(for this machine's processor|portable)")));
  EXPECT_TRUE(std::regex_search(value_of_line("CUDA"), std::regex("^(on|off)")));
  EXPECT_TRUE(std::regex_match(value_of_line("device cpu"), std::regex("[1-9][0-9]* cores?")));
  EXPECT_FALSE(value_of_line("device cuda").empty());
  for (const char* library :
       {"oneDNN", "libjpeg-turbo", "libpng", "libwebp", "fmt", "nlohmann-json", "toml++", "CLI11"})
    EXPECT_TRUE(std::regex_match(value_of_line(library), std::regex("[0-9]+\\.[0-9]+.*")))
        << value_of_line(library);
  EXPECT_TRUE(fs::exists(fs::path(value_of_line("recipes")) / "demo.toml"));
  EXPECT_TRUE(fs::exists(fs::path(value_of_line("documents")) / "configuration.md"));
}

TEST(Recipes, AreFoundByName) {
  const fs::path data = pattern_folder("recipe_name"), out = fresh_folder("recipe_name_out");
  const auto train = [&](const std::string& recipe) {
    return doppel(
        {"train", data.string(), "--run", (out / "run").string(), "--recipe", recipe, "--set", "seed=x"});
  };
  // The recipe is read before the setting that makes no sense.
  for (const char* recipe : {"demo", "celeba5k", "small/l2s-9", "paper/l2s-mb-2-stable"})
    EXPECT_TRUE(contains(train(recipe).err, "--set seed=x: seed must be")) << recipe;
  const Finished f = train("dmeo");
  EXPECT_EQ(f.code, 1);
  EXPECT_TRUE(contains(f.err, "dmeo must be a TOML file or one of the recipes in"));
  EXPECT_TRUE(contains(f.err, "celeba5k, demo, paper, small and stable; 18 in small/; 36 in paper/"));
  EXPECT_TRUE(contains(train("demo.toml").err, "demo.toml: No such file or directory"));
}

}  // namespace
}  // namespace dg
