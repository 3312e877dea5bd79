// Configurations: forms of values, round trip through TOML, differences, documentation.
#include "training/config/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "training/config/keys.h"
#include "training/config/set_error.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// A valid configuration that differs from the defaults in every key.
const char* other_recipe = R"(
seed = 9223372036854775807
steps = 140000
epochs = 1.5
[data]
base_identities = 4000
split_seed = 5
base_test_photos = 0
nested = false
strict = true
workers = 2
cache_mb = 0
max_broken = 0
crop = [1, 2, 30, 40]
[network]
input = 259
width = 1
embedding = 128
blocks = [1, 2, 3]
branches = [2, 1]
padding = "valid"
shortcut = "zero_pad"
[init]
lsuv_images = 1000
classifier = "normal"
classifier_sd = 0.1
means_photos = 3
means_length = 0.5
centre = false
[loss]
l2_softmax = 0.3333333333333333
lifted = 0.1
margin = 1e-300
l2_alpha = 1e20
l2_alpha_trainable = false
lifted_alpha = 16
lifted_distance = "cosine"
margin_alpha = 0.2
margin_beta = -0.1
margin_beta_rate = 0
margin_start = 0
contrastive = 0.25
contrastive_margin = -0.5
contrastive_start = 7
[optim]
rate = 0.01
final_rate = 1e-6
momentum = 0.95
decay = 0
rate_inside = true
clip_norm = 0
warmup = 0
restart_period = 1000
restart_factor = 2
extended_at = [70000, 100000]
[sampling]
batch = 80
classes = 20
images_per_class = 4
method = "class_graph"
random_classes = 20
lag = 0
update_rule = "last"
list_from_seen = 0.5
probe_photos = 3
candidates = 40
neighbours = 7
graph_every = 50
[augment]
mirror = false
colour = 20
grey = 0
shift = 4
rotation = 0.15
scale = 0.1
contrast = 0.3
[evaluate]
every = 1000
pairs = "a \"pair\"\tof\\"
pairs_photos = "lfw"
patience = 4
[classifier]
iterations = 100
batch = 27
rate = 0.01
final_rate = 0.001
alpha = "start"
alpha_trainable = false
augment = true
[checkpoint]
every = 100
minutes = 2.5
keep = 1
[guard]
collapse = "warn"
collapse_steps = 10
collapse_cosine = 0.9
[cuda]
precision = "strict"
deterministic = false
[log]
every = 1
)";

TEST(Config, DefaultsAreValidAndRoundTrip) {
  const Config defaults;
  EXPECT_NO_THROW(validate(defaults));
  EXPECT_EQ(differences(parse_config(to_toml(defaults), "defaults"), defaults), Names{});
}

TEST(Config, EveryKeyIsReadWrittenAndCompared) {
  const Config other = parse_config(other_recipe, "other");
  Names all;
  for (const config::Key& key : config::keys()) all.push_back(key.name);
  EXPECT_EQ(differences(other, Config()), all);
  const std::string written = to_toml(other);
  const Config again = parse_config(written, "again");
  EXPECT_EQ(differences(again, other), Names{});
  EXPECT_EQ(to_toml(again), written);
  EXPECT_EQ(again.loss.l2_softmax, 0.3333333333333333);  // the same double, to the last bit
  EXPECT_EQ(again.loss.margin, 1e-300);
  EXPECT_EQ(again.loss.l2_alpha, 1e20);
  EXPECT_EQ(again.seed, 9223372036854775807u);
  EXPECT_EQ(again.data.crop->height, 40);
}

TEST(Config, AStoredOneWithoutASplitSeedIsOfAVersionWhoseSeedDrewTheSplit) {
  EXPECT_EQ(parse_stored_config("seed = 3\n", "a").data.split_seed, 3u);
  EXPECT_EQ(parse_config("seed = 3\n", "a").data.split_seed, 0u);
  Config config;
  config.seed = 3;
  EXPECT_EQ(parse_stored_config(to_toml(config), "a").data.split_seed, 0u);
}

TEST(Config, WrittenTomlIsStableAndSpellsFloatsAsFloats) {
  const std::string toml = to_toml(Config());
  EXPECT_EQ(toml.substr(0, toml.find("workers")),
            "seed = 0\nsteps = 5000\nepochs = 0.0\n\n[data]\nbase_identities = \"auto\"\nsplit_seed = "
            "0\nbase_test_photos = 1\n");
  EXPECT_NE(toml.find("\nl2_softmax = 1.0\n"), std::string::npos);
  EXPECT_NE(toml.find("\nfinal_rate = 1e-05\n"), std::string::npos);
}

TEST(Config, PaperValuesAreValidTogether) {
  Names settings;
  for (const config::Key& key : config::keys()) {
    if (!key.paper.empty()) settings.push_back(key.name + "=" + key.paper);
  }
  const Config paper = load_config({}, settings);
  EXPECT_EQ(paper.network.input, 259);
  EXPECT_EQ(differences(paper, Config()).size(), settings.size());  // only what differs is named
}

TEST(Config, SettingsTakeTomlAndBareWords) {
  const Config c =
      load_config({}, {"data.base_identities=all", "guard.collapse=\"warn\"", "network.blocks=[1,1]",
                       "network.branches=[2]", "optim.rate=1e-2", "loss.l2_alpha = 20", "seed=3",
                       "sampling.images_per_class=2..8", "augment.mirror=false", "seed=4"});
  EXPECT_EQ(c.data.base_identities.rule, SplitOptions::Base::all);
  EXPECT_EQ(c.guard.collapse, OnCollapse::warn);
  EXPECT_EQ(c.network.blocks, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(c.optim.rate, 0.01);
  EXPECT_EQ(c.loss.l2_alpha, 20);  // an integer is a number
  EXPECT_EQ(c.sampling.images_per_class.hi, 8);
  EXPECT_FALSE(c.augment.mirror);
  EXPECT_EQ(c.seed, 4u);  // the last one wins
}

// `"a", "b" or "c"` -> the words, which are longer than "or"; empty where a key takes anything else.
Names words_of(const config::Key& key) {
  static const std::regex choice("(\"[a-z0-9_]+\"(, | or )?)+"), word("[a-z0-9_]{3,}");
  if (!std::regex_match(key.values, choice)) return {};
  return {std::sregex_token_iterator(key.values.begin(), key.values.end(), word), {}};
}

TEST(Config, EveryWordOfAChoiceIsReadAndWritten) {
  int choices = 0;
  for (const config::Key& key : config::keys()) {
    choices += !words_of(key).empty();
    for (const std::string& word : words_of(key)) {
      Config c;
      EXPECT_TRUE(key.read(c, *toml::parse("v = \"" + word + "\"").get("v"))) << key.name << " = " << word;
      EXPECT_TRUE(key.valid(c)) << key.name << " = " << word;
      EXPECT_EQ(key.write(c), "\"" + word + "\"") << key.name;
    }
  }
  EXPECT_EQ(choices, 9);
}

TEST(Config, ImagesPerClassHasThreeForms) {
  const auto k = [](const std::string& value) {
    return load_config({}, {"sampling.images_per_class=" + value}).sampling.images_per_class;
  };
  EXPECT_EQ(k("9").lo, 9);
  EXPECT_EQ(k("9").hi, 9);
  EXPECT_EQ(k("2..8").lo, 2);
  EXPECT_EQ(k("[2, 8]").hi, 8);
  for (const char* bad : {"0", "8..2", "0..2", "2..", "..8", "2...8", "2..8x", "-1..3", "[2]", "[2, 8, 9]",
                          "[]", "2.5", "2-8", "[2.0, 8]", "99999999999"}) {
    EXPECT_NE(set_error(std::string("sampling.images_per_class=") + bad)
                  .find("must be an integer >= 1, \"lo..hi\" or [lo, hi] with 1 <= lo <= hi"),
              std::string::npos)
        << bad;
  }
}

TEST(Config, CropIsEmptyOrFourNumbers) {
  EXPECT_FALSE(load_config({}, {"data.crop=[]"}).data.crop.has_value());
  EXPECT_EQ(load_config({}, {"data.crop=[5, 6, 7, 8]"}).data.crop->width, 7);
  for (const char* bad : {"[1, 2, 3]", "[1, 2, 0, 4]", "[1, 2, 3, 0]", "[-1, 2, 3, 4]", "[1, 2, 3, 4.0]",
                          "[1, 2, 3, 3000000000]"}) {
    EXPECT_NE(
        set_error(std::string("data.crop=") + bad).find("data.crop must be [] or [x, y, width, height], got"),
        std::string::npos)
        << bad;
  }
}

TEST(Config, ResumingIgnoresKeysThatNoResultDependsOn) {
  const Config a, b = load_config({}, {"log.every=1", "data.workers=3", "data.cache_mb=1", "optim.rate=0.1"});
  EXPECT_EQ(differences(a, b), (Names{"data.workers", "data.cache_mb", "optim.rate", "log.every"}));
  EXPECT_EQ(differences(a, b, Compare::results), Names{"optim.rate"});
}

TEST(Config, DocumentationIsCurrent) {
  const fs::path file = fs::path(DG_SOURCE_DIR) / "docs/configuration.md";
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const fs::path current = fs::path(testing::TempDir()) / "configuration.md";
  std::ofstream(current, std::ios::binary) << config_reference();
  EXPECT_TRUE(text.str() == config_reference())
      << "docs/configuration.md is out of date; its current text is in " << current.string();
}

}  // namespace
}  // namespace dg
