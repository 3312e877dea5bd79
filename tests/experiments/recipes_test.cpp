// The recipes of experiments/: that all of them parse and train, that the paper's are the paper's, and that
// the tables name them rightly.
#include <gtest/gtest.h>

#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "data/faces/generated_faces.h"
#include "tests/training/tiny_trainer.h"

namespace dg {
namespace {

const fs::path experiments = fs::path(DG_SOURCE_DIR) / "experiments";

using Keys = std::vector<std::string>;

// What a recipe may set over its base.
const std::set<std::string> row_keys{"seed", "steps", "loss.lifted", "loss.margin",
                                     "sampling.random_classes"};

std::vector<fs::path> recipes_in(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".toml" && entry.path().filename() != "tables.toml")
      all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

// What the name of a row's recipe promises: [initial-]l2s[-le][-mb][-N_r][-a|-b][-stable].
struct Promise {
  explicit Promise(const std::string& name) {
    static const std::regex form("(initial-)?l2s(-le)?(-mb)?(-([0-9]+))?(-([ab]))?(-stable)?");
    std::smatch m;
    if (!std::regex_match(name, m, form) || m[1].matched != m[7].matched || m[1].matched == m[5].matched) {
      ADD_FAILURE() << name << " is no name of a row";
      return;
    }
    initial = m[1].matched;
    lifted = m[2].matched ? 0.1 : 0.0;
    margin = m[3].matched ? 1.0 : 0.0;
    random_classes = initial ? 27 : std::stoi(m[5]);
    seed = m[7] == "b" ? 1 : 0;
    stable = m[8].matched;
  }
  bool initial = false, stable = false;
  double lifted = -1, margin = -1;
  std::int64_t random_classes = 0;
  std::uint64_t seed = 0;
};

void expect_kept(const Config& c, const Promise& promised) {
  EXPECT_EQ(c.loss.l2_softmax, 1.0);
  EXPECT_EQ(c.loss.lifted, promised.lifted);
  EXPECT_EQ(c.loss.margin, promised.margin);
  EXPECT_EQ(c.sampling.method, SamplingMethod::doppelganger);
  EXPECT_EQ(c.sampling.random_classes, promised.random_classes);
  EXPECT_EQ(c.sampling.batch, 81);
  EXPECT_EQ(c.sampling.fixed_classes(), 27);
  EXPECT_TRUE(c.sampling.fixed());
  EXPECT_EQ(c.seed, promised.seed);
}

TEST(Recipes, EveryOneDescribesANetwork) {
  const std::vector<fs::path> all = recipes_in(experiments);
  EXPECT_EQ(all.size(), 5u + 2 * 18u + 18u);
  for (const fs::path& path : all) {
    const Config config = load_config(path, {});
    const std::int64_t side = config.network.input;
    EXPECT_EQ(make_network(config).infer({2, side, side, 3}).output, (Shape{2, config.network.embedding}))
        << path;
  }
}

// Sections 4.2.3 to 4.2.8 and Table 1, number by number.
TEST(Recipes, ThePapersBaseHasThePapersNumbers) {
  const Config c = load_config(experiments / "paper.toml", {});
  EXPECT_EQ(c.steps, 300'000);
  EXPECT_EQ(c.network.input, 259);
  EXPECT_EQ(c.network.width, 1.0);
  EXPECT_EQ(c.network.embedding, 512);
  EXPECT_EQ(c.network.blocks, (std::vector<std::int64_t>{1, 2, 5, 3}));
  EXPECT_EQ(c.network.branches, (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(c.network.padding, Padding::valid);
  EXPECT_EQ(c.loss.l2_alpha, 16.0);
  EXPECT_TRUE(c.loss.l2_alpha_trainable);
  EXPECT_EQ(c.loss.lifted_alpha, 12.0);
  EXPECT_EQ(c.loss.margin_alpha, 0.1);
  EXPECT_EQ(c.loss.margin_beta, 0.5);
  EXPECT_EQ(c.optim.rate, 0.01);
  EXPECT_EQ(c.optim.final_rate, 1e-5);
  EXPECT_EQ(c.optim.momentum, 0.9);
  EXPECT_EQ(c.optim.decay, 5e-4);
  EXPECT_EQ(c.optim.restart_period, 0);
  EXPECT_EQ(c.sampling.images_per_class.lo, 3);
  EXPECT_TRUE(c.augment.mirror);
  EXPECT_EQ(c.augment.colour, 10.0);
  EXPECT_EQ(c.augment.grey, 0.1);
  EXPECT_EQ(c.augment.shift + c.augment.rotation + c.augment.scale + c.augment.contrast, 0.0);
  EXPECT_EQ(c.classifier.iterations, 500);
  EXPECT_EQ(c.classifier.batch, 81);
  EXPECT_EQ(c.classifier.rate, 1e-3);
  EXPECT_EQ(c.classifier.final_rate, 1e-4);
  // None of what prevents collapse.
  EXPECT_EQ(c.init.classifier, ClassifierStart::normal);
  EXPECT_FALSE(c.init.centre);
  EXPECT_EQ(c.loss.margin_start, 0);
  EXPECT_EQ(c.optim.clip_norm, 0.0);
  EXPECT_EQ(c.optim.warmup, 0);
}

TEST(Recipes, RowsSetWhatTheirNamesSayAndNothingElse) {
  for (const auto& [scale, steps, initial_steps] :
       {std::tuple{"paper", 300'000, 140'000}, {"small", 5'000, 2'333}}) {
    const Config base = load_config(experiments / (std::string(scale) + ".toml"), {});
    for (const fs::path& path : recipes_in(experiments / scale)) {
      SCOPED_TRACE(path.string());
      const Promise promised(path.stem().string());
      if (promised.stable) continue;
      const Config c = load_config(path, {});
      expect_kept(c, promised);
      EXPECT_EQ(c.steps, promised.initial ? initial_steps : steps);
      for (const std::string& key : differences(base, c)) EXPECT_TRUE(row_keys.contains(key)) << key;
    }
  }
}

TEST(Recipes, EachOfThePapersHasAStableTwinThatDiffersInWhatPreventsCollapse) {
  const Config defaults;
  int twins = 0;
  for (const fs::path& path : recipes_in(experiments / "paper")) {
    if (Promise(path.stem().string()).stable) continue;
    SCOPED_TRACE(path.string());
    ++twins;
    const Config paper = load_config(path, {}),
                 stable = load_config(path.parent_path() / (path.stem().string() + "-stable.toml"), {});
    EXPECT_EQ(differences(paper, stable), (Keys{"init.classifier", "init.centre", "loss.margin_start",
                                                "optim.clip_norm", "optim.warmup"}));
    EXPECT_EQ(stable.init.classifier, ClassifierStart::means);
    EXPECT_TRUE(stable.init.centre);
    EXPECT_EQ(stable.loss.margin_start, defaults.loss.margin_start);
    EXPECT_EQ(stable.optim.clip_norm, defaults.optim.clip_norm);
    EXPECT_EQ(stable.optim.warmup, defaults.optim.warmup);
  }
  EXPECT_EQ(twins, 18);
}

struct TableRow {
  std::string name;
  Keys recipes;
  double c99 = 0, c999 = 0;
};

std::map<int, std::vector<TableRow>> tables() {
  std::map<int, std::vector<TableRow>> all;
  const toml::table file = toml::parse_file((experiments / "tables.toml").string());
  for (const toml::node& table : *file["table"].as_array()) {
    const toml::table& t = *table.as_table();
    for (const toml::node& node : *t["row"].as_array()) {
      const toml::table& r = *node.as_table();
      TableRow row{*r["name"].value<std::string>(), {}, *r["c99"].value<double>(), r["c999"].value_or(0.0)};
      for (const toml::node& recipe : *r["recipes"].as_array())
        row.recipes.push_back(*recipe.value<std::string>());
      all[static_cast<int>(*t["number"].value<std::int64_t>())].push_back(row);
    }
  }
  return all;
}

// The paper's figures, read from its tables once more.
TEST(TablesFile, HasThePapersFigures) {
  const std::map<int, std::vector<std::pair<double, double>>> paper{
      {2, {{71.06, 45.70}, {72.60, 49.62}}},
      {3, {{73.86, 0}}},
      {4, {{77.76, 0}, {78.80, 0}, {79.24, 0}, {80.22, 0}, {78.34, 0}, {87.74, 0}, {78.20, 0}, {87.50, 0}}},
      {5,
       {{88.16, 64.68},
        {87.84, 75.68},
        {87.66, 72.38},
        {88.32, 65.06},
        {87.74, 70.98},
        {87.84, 68.50},
        {85.06, 53.68},
        {78.34, 44.00}}},
      {6,
       {{98.9, 94.1},
        {98.88, 94.6},
        {98.76, 94.18},
        {98.74, 93.2},
        {99, 94.92},
        {98.76, 93.02},
        {99.2, 94.74},
        {97.8, 91.8},
        {98.72, 93.76},
        {98.5, 90.42},
        {99.78, 96.7},
        {99.84, 95.76}}}};
  const auto ours = tables();
  ASSERT_EQ(ours.size(), paper.size());
  for (const auto& [number, figures] : paper) {
    ASSERT_EQ(ours.at(number).size(), figures.size()) << "Table " << number;
    for (std::size_t i = 0; i < figures.size(); ++i) {
      EXPECT_EQ(ours.at(number)[i].c99, figures[i].first) << "Table " << number << " row " << i;
      EXPECT_EQ(ours.at(number)[i].c999, figures[i].second) << "Table " << number << " row " << i;
    }
  }
}

// "L2S + MB (9 / 27)", "L2S + LE, DM", "15 / 27" -> the recipe.
std::string recipe_of(int table, std::string name) {
  const std::string losses = table == 5 ? "L2S + MB" : name.substr(0, name.find_first_of(",("));
  std::string recipe = losses.find("LE") != std::string::npos ? "l2s-le" : "l2s";
  if (losses.find("MB") != std::string::npos) recipe += "-mb";
  if (table == 2) return "initial-" + recipe + "-a";
  if (table == 4) return recipe + (name.ends_with("DM") ? "-9" : "-27");
  const std::string ratio = table == 5 ? name : name.substr(name.find('(') + 1);
  EXPECT_NE(name.find(" / 27"), std::string::npos);
  return recipe + "-" + std::to_string(std::stoi(ratio));
}

TEST(TablesFile, NamesTheRightRecipes) {
  const auto all = tables();
  Keys networks_of_table6;
  for (const auto& [number, rows] : all) {
    for (const TableRow& row : rows) {
      if (row.recipes.size() > 1) continue;
      EXPECT_EQ(row.recipes, Keys{recipe_of(number, row.name)}) << "Table " << number << ", " << row.name;
      if (number == 6) networks_of_table6.push_back(row.recipes[0]);
    }
  }
  EXPECT_EQ(all.at(3)[0].recipes,
            (Keys{"initial-l2s-le-a", "initial-l2s-le-b", "initial-l2s-le-mb-a", "initial-l2s-le-mb-b"}));
  EXPECT_EQ(all.at(6)[11].recipes, networks_of_table6);
  std::erase_if(networks_of_table6, [](const std::string& name) { return name.ends_with("-27"); });
  EXPECT_EQ(all.at(6)[10].recipes, networks_of_table6);
}

TEST(TablesFile, UsesEveryRecipeAndNoTwin) {
  std::set<std::string> used;
  for (const auto& [number, rows] : tables()) {
    for (const TableRow& row : rows) used.insert(row.recipes.begin(), row.recipes.end());
  }
  for (const char* scale : {"paper", "small"}) {
    std::set<std::string> there;
    for (const fs::path& path : recipes_in(experiments / scale)) {
      if (const std::string name = path.stem().string(); !name.ends_with("-stable")) there.insert(name);
    }
    EXPECT_EQ(used, there) << scale;
  }
}

TEST(Recipes, EachTrainsTwoStepsAtToySize) {
  const fs::path data = fresh_folder("recipes") / "faces";
  faces::write_folder(data, faces::GeneratedFaces({.identities = 30, .photos = 4, .size = 24}));
  for (const fs::path& path : recipes_in(experiments)) {
    SCOPED_TRACE(path.string());
    const Config config =
        load_config(path, {"network.input=24", "network.width=0.0625", "network.embedding=8",
                           "network.blocks=[1, 1]", "network.branches=[3]", "network.padding=same",
                           "init.lsuv_images=32", "data.workers=0", "data.base_identities=28"});
    TinyTrainer tiny(data, config);
    tiny.trainer.initialise();
    for (std::int64_t step = 0; step < 2; ++step) {
      const StepResult r = tiny.trainer.step();
      const bool margin = config.loss.margin > 0 && step >= config.loss.margin_start;
      const double softmax_part = r.parts[0], lifted_part = r.parts[1], margin_part = r.parts[2];
      EXPECT_GT(softmax_part, 0);
      EXPECT_EQ(lifted_part > 0, config.loss.lifted > 0);
      EXPECT_EQ(margin_part > 0, margin);
      EXPECT_NEAR(r.total, softmax_part + config.loss.lifted * lifted_part + (margin ? margin_part : 0),
                  1e-5 * r.total);
    }
    EXPECT_EQ(tiny.trainer.next_step(), 2);
  }
}

}  // namespace
}  // namespace dg
