#include "training/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "tensor/error.h"
#include "training/config_keys.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

std::string parse_error(const std::string& toml) {
  return message_of([&] { parse_config(toml, "r.toml"); });
}

std::string set_error(const std::string& setting) {
  return message_of([&] { load_config({}, {setting}); });
}

std::string invalid(const auto& change) {
  Config config;
  change(config);
  return message_of([&] { validate(config); });
}

using Names = std::vector<std::string>;

// A valid configuration that differs from the defaults in every key.
const char* other_recipe = R"(
seed = 9223372036854775807
steps = 140000
[data]
base_identities = 4000
base_test_photos = 0
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
[sampling]
batch = 80
classes = 20
images_per_class = 4
random_classes = 20
lag = 0
update_rule = "last"
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
[guard]
collapse = "warn"
collapse_steps = 10
collapse_cosine = 0.9
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
  for (const ConfigKey& key : config_keys()) all.push_back(key.name);
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

TEST(Config, WrittenTomlIsStableAndSpellsFloatsAsFloats) {
  const std::string toml = to_toml(Config());
  EXPECT_EQ(toml.substr(0, toml.find("workers")),
            "seed = 0\nsteps = 5000\n\n[data]\nbase_identities = \"auto\"\nbase_test_photos = 1\n");
  EXPECT_NE(toml.find("\nl2_softmax = 1.0\n"), std::string::npos);
  EXPECT_NE(toml.find("\nfinal_rate = 1e-05\n"), std::string::npos);
}

TEST(Config, PaperValuesAreValidTogether) {
  Names settings;
  for (const ConfigKey& key : config_keys()) {
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
  EXPECT_EQ(c.data.base_identities, "all");
  EXPECT_EQ(c.guard.collapse, "warn");
  EXPECT_EQ(c.network.blocks, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(c.optim.rate, 0.01);
  EXPECT_EQ(c.loss.l2_alpha, 20);  // an integer is a number
  EXPECT_EQ(c.sampling.images_per_class.hi, 8);
  EXPECT_FALSE(c.augment.mirror);
  EXPECT_EQ(c.seed, 4u);  // the last one wins
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
  for (const char* bad :
       {"[1, 2, 3]", "[1, 2, 0, 4]", "[-1, 2, 3, 4]", "[1, 2, 3, 4.0]", "[1, 2, 3, 3000000000]"}) {
    EXPECT_NE(
        set_error(std::string("data.crop=") + bad).find("data.crop must be [] or [x, y, width, height], got"),
        std::string::npos)
        << bad;
  }
}

TEST(Config, UnknownKeyNamesFileLineAndTheNearestKey) {
  EXPECT_EQ(parse_error("seed = 1\n[sampling]\nbatsh = 81\n"),
            "r.toml:3: unknown key sampling.batsh; did you mean sampling.batch?");
  EXPECT_EQ(parse_error("\nrate = 0.1\n"), "r.toml:2: unknown key rate; did you mean optim.rate?");
  EXPECT_EQ(parse_error("[optim]\nmargin_start = 3\n"),
            "r.toml:2: unknown key optim.margin_start; did you mean loss.margin_start?");
  EXPECT_EQ(parse_error("[data]\nsomething_else = 3\n"),
            "r.toml:2: unknown key data.something_else; docs/configuration.md lists all keys");
  EXPECT_EQ(set_error("network.widht=1"),
            "--set network.widht=1: unknown key network.widht; did you mean network.width?");
}

TEST(Config, UnknownSectionIsAnErrorEvenWhenEmpty) {
  EXPECT_EQ(parse_error("[sampilng]\n"), "r.toml:1: unknown section sampilng; did you mean sampling?");
  EXPECT_EQ(parse_error("[zzzzzzzzzzz]\nseed = 1\n"),
            "r.toml:1: unknown section zzzzzzzzzzz; docs/configuration.md lists all keys");
}

TEST(Config, WrongTypeNamesFileLineWhatIsExpectedAndWhatCame) {
  EXPECT_EQ(parse_error("[sampling]\n\nbatch = \"many\"\n"),
            "r.toml:3: sampling.batch must be an integer in 1..1000000, got 'many' (a string)");
  EXPECT_EQ(parse_error("[network]\ninput = 64.0\n"),
            "r.toml:2: network.input must be an integer in 1..65535, got 64.0 (a floating-point number)");
  EXPECT_EQ(parse_error("[init]\ncentre = 1\n"),
            "r.toml:2: init.centre must be true or false, got 1 (an integer)");
  EXPECT_EQ(parse_error("[network]\npadding = \"full\"\n"),
            "r.toml:2: network.padding must be \"same\" or \"valid\", got 'full' (a string)");
  EXPECT_EQ(parse_error("[network]\nblocks = [1, 2.5]\n"),
            "r.toml:2: network.blocks must be an array of integers in 1..1000, got [ 1, 2.5 ] (an array)");
  EXPECT_EQ(parse_error("[optim]\nrate = true\n"),
            "r.toml:2: optim.rate must be a number >= 0, got true (a boolean)");
  EXPECT_EQ(
      parse_error("[data]\nbase_identities = \"4000\"\n"),
      "r.toml:2: data.base_identities must be an integer >= 1, \"auto\" or \"all\", got '4000' (a string)");
  EXPECT_EQ(parse_error("seed = 1979-05-27\n"),
            "r.toml:1: seed must be an integer >= 0, got 1979-05-27 (a date or time)");
  EXPECT_EQ(parse_error("seed = {a = 1}\n"),
            "r.toml:1: seed must be an integer >= 0, got { a = 1 } (a table)");
  EXPECT_EQ(parse_error("network = 3\n"),
            "r.toml:1: network is a section and must be a table, got 3 (an integer)");
  EXPECT_EQ(set_error("steps=lots"),
            "--set steps=lots: steps must be an integer in 1..1000000000, got 'lots' (a string)");
  EXPECT_EQ(set_error("guard.collapse="),
            "--set guard.collapse=: guard.collapse must be \"stop\" or \"warn\", got '' (a string)");
}

TEST(Config, ValuesOutOfRangeAreErrors) {
  EXPECT_EQ(set_error("steps=0"),
            "--set steps=0: steps must be an integer in 1..1000000000, got 0 (an integer)");
  EXPECT_EQ(
      set_error("augment.grey=1.5"),
      "--set augment.grey=1.5: augment.grey must be a number in 0..1, got 1.5 (a floating-point number)");
  for (const char* bad :
       {"optim.rate=-1", "optim.rate=inf", "optim.rate=nan", "optim.momentum=1", "loss.margin=-0.1",
        "loss.l2_alpha=0", "seed=-1", "seed=9223372036854775808", "network.width=-1",
        "network.branches=[3,2,0]", "data.max_broken=2", "sampling.random_classes=0",
        "data.base_identities=0", "sampling.update_rule=mean", "optim.clip_norm=-1"}) {
    EXPECT_NE(set_error(bad).find(" must be "), std::string::npos) << bad << ": " << set_error(bad);
  }
}

TEST(Config, BrokenTomlNamesFileAndLine) {
  EXPECT_EQ(parse_error("seed = 1\nsteps = = 2\n").substr(0, 9), "r.toml:2:");
  EXPECT_EQ(parse_error("seed = 1\nseed = 2\n").substr(0, 9), "r.toml:2:");  // twice the same key
  EXPECT_EQ(set_error("network.blocks=[1,2").substr(0, 27), "--set network.blocks=[1,2: ");
  EXPECT_EQ(set_error("seed"), "--set seed: must be section.key=value");
  EXPECT_EQ(set_error("=3"), "--set =3: must be section.key=value");
}

TEST(Config, ASettingSetsOneKeyOnly) {
  EXPECT_NE(set_error("seed=1\nsteps=3").find("seed must be an integer >= 0, got"), std::string::npos);
}

TEST_F(ConfigFiles, LayersAreDefaultsBaseRecipeSettings) {
  write("bases/deep.toml", "seed = 1\nsteps = 10\n[optim]\nrate = 0.5\nmomentum = 0.5\n");
  write("bases/middle.toml", "base = \"deep.toml\"\nsteps = 20\n[optim]\nrate = 0.25\n");
  const fs::path top = write("top.toml", "base = \"bases/middle.toml\"\n[optim]\nrate = 0.125\n");
  const Config c = load_config(top, {"optim.warmup=7"});
  EXPECT_EQ(c.seed, 1u);
  EXPECT_EQ(c.steps, 20);
  EXPECT_EQ(c.optim.rate, 0.125);
  EXPECT_EQ(c.optim.momentum, 0.5);
  EXPECT_EQ(c.optim.warmup, 7);
  EXPECT_EQ(c.optim.decay, 5e-4);
}

TEST_F(ConfigFiles, BaseErrorsNameTheFileThatAsksForIt) {
  const fs::path a = write("a.toml", "base = \"b.toml\"\n");
  write("b.toml", "\nbase = \"bases/../a.toml\"\n");
  EXPECT_EQ(load_error(a), (folder_ / "b.toml").string() + ":2: base leads back to " +
                               (folder_ / "bases/../a.toml").string() + ", which is being read already");
  const fs::path self = write("self.toml", "base = \"self.toml\"");
  EXPECT_NE(load_error(self).find("self.toml:1: base leads back to "), std::string::npos);
  const fs::path gone = write("gone.toml", "base = \"missing.toml\"");
  EXPECT_EQ(load_error(gone),
            gone.string() + ":1: base " + (folder_ / "missing.toml").string() + " does not exist");
  const fs::path number = write("number.toml", "base = 3");
  EXPECT_EQ(load_error(number),
            number.string() + ":1: base must be the name of a recipe file, got 3 (an integer)");
  write("bases/bad.toml", "seed = 0\nstep = 3\n");
  const fs::path user = write("user.toml", "base = \"bases/bad.toml\"\n");
  EXPECT_EQ(load_error(user),
            (folder_ / "bases/bad.toml").string() + ":2: unknown key step; did you mean steps?");
}

TEST_F(ConfigFiles, UnreadableRecipesAreIoErrors) {
  EXPECT_THROW(load_config(folder_ / "none.toml", {}), IoError);
  EXPECT_EQ(load_error(folder_ / "none.toml"),
            (folder_ / "none.toml").string() + ": cannot be read: No such file or directory");
  EXPECT_EQ(load_error(folder_), folder_.string() + ": is a folder, not a recipe");
  EXPECT_EQ(differences(load_config(write("empty.toml", ""), {}), Config()), Names{});
}

TEST(ConfigChecks, BatchIsClassesTimesImages) {
  EXPECT_EQ(
      set_error("sampling.classes=26"),
      "[config] sampling.batch must be sampling.classes x sampling.images_per_class = 26 x 3 = 78, got 81");
  EXPECT_EQ(
      set_error("sampling.batch=82"),
      "[config] sampling.batch must be sampling.classes x sampling.images_per_class = 27 x 3 = 81, got 82");
  EXPECT_EQ(load_config({}, {"sampling.batch=12", "sampling.random_classes=4"}).sampling.fixed_classes(), 4);
}

TEST(ConfigChecks, RandomClassesFitInTheBatch) {
  EXPECT_EQ(set_error("sampling.random_classes=28"),
            "[config] sampling.random_classes (N_r) must be at most sampling.classes (N_c) = 27, got 28");
  EXPECT_EQ(message_of([] {
              load_config({}, {"sampling.images_per_class=2..8", "sampling.random_classes=41"});
            }),
            "[config] sampling.random_classes (N_r) must be at most 40, the most classes that 81 images with "
            "2..8 of "
            "each can have, got 41");
  EXPECT_NO_THROW(load_config({}, {"sampling.images_per_class=2..8", "sampling.random_classes=40"}));
}

TEST(ConfigChecks, ARangeOfImagesExcludesANumberOfClasses) {
  EXPECT_EQ(message_of([] {
              load_config({}, {"sampling.images_per_class=2..8", "sampling.classes=27"});
            }),
            "[config] sampling.classes must be absent or 0 when sampling.images_per_class is a range (here "
            "2..8; the "
            "number of classes is drawn), got 27");
  EXPECT_EQ(message_of([] { load_config({}, {"sampling.images_per_class=41..60"}); }),
            "[config] no batch of sampling.batch = 81 images has 41..60 images of each class");
}

TEST(ConfigChecks, LossesFitTogether) {
  EXPECT_EQ(message_of([] {
              load_config({}, {"loss.l2_softmax=0", "loss.margin=0"});
            }),
            "[config] one of loss.l2_softmax, loss.lifted and loss.margin must be > 0, got 0 for all");
  EXPECT_EQ(message_of([] {
              load_config({}, {"loss.l2_softmax=0", "loss.lifted=1"});
            }),
            "[config] loss.l2_softmax must be > 0 when sampling.random_classes < sampling.classes, because "
            "doppelgangers come from its scores, got 0");
  EXPECT_EQ(message_of([] {
              load_config({}, {"loss.l2_softmax=0", "sampling.random_classes=27"});
            }),
            "[config] loss.margin_start must be 0 when the margin loss is the only one, got 1000");
}

TEST(ConfigChecks, RatesAndShapesFitTogether) {
  EXPECT_EQ(set_error("optim.final_rate=0.1"),
            "[config] optim.final_rate must be at most optim.rate = 0.05, got 0.1");
  EXPECT_EQ(set_error("network.width=0"), "[config] network.width must be > 0, got 0");
  EXPECT_EQ(
      set_error("network.branches=[3,2]"),
      "[config] network.branches must have one entry fewer than network.blocks, which has 4, got 2 entries");
  EXPECT_EQ(set_error("network.blocks=[]"), "[config] network.blocks must name at least one stage, got []");
  EXPECT_EQ(message_of([] {
              load_config({}, {"init.classifier=normal", "init.classifier_sd=0"});
            }),
            "[config] init.classifier_sd must be > 0 when init.classifier is \"normal\", got 0");
  EXPECT_EQ(message_of([] {
              load_config({}, {"optim.rate=0", "optim.final_rate=0"});
            }),
            "[config] optim.rate must be > 0, got 0");
}

TEST(ConfigChecks, AConfigurationMadeInCodeMeetsTheSameRanges) {
  EXPECT_EQ(invalid([](Config& c) { c.steps = 0; }),
            "[config] steps must be an integer in 1..1000000000, got 0");
  EXPECT_EQ(invalid([](Config& c) { c.optim.decay = std::nan(""); }),
            "[config] optim.decay must be a number >= 0, got nan");
  EXPECT_EQ(invalid([](Config& c) { c.seed = ~std::uint64_t{0}; }),
            "[config] seed must be an integer >= 0, got 18446744073709551615");
  EXPECT_EQ(invalid([](Config& c) { c.guard.collapse = "perhaps"; }),
            "[config] guard.collapse must be \"stop\" or \"warn\", got \"perhaps\"");
  EXPECT_EQ(invalid([](Config& c) { c.data.base_identities = "some"; }),
            "[config] data.base_identities must be an integer >= 1, \"auto\" or \"all\", got \"some\"");
  EXPECT_EQ(invalid([](Config& c) { c.sampling.images_per_class = {.lo = 0, .hi = 0}; }),
            "[config] sampling.images_per_class must be an integer >= 1, \"lo..hi\" or [lo, hi] with 1 <= lo "
            "<= hi, "
            "got 0");
}

TEST(Config, ResumingIgnoresKeysThatNoResultDependsOn) {
  const Config a, b = load_config({}, {"log.every=1", "data.workers=3", "data.cache_mb=1", "optim.rate=0.1"});
  EXPECT_EQ(differences(a, b), (Names{"data.workers", "data.cache_mb", "optim.rate", "log.every"}));
  EXPECT_EQ(differences(a, b, Compare::results), Names{"optim.rate"});
}

TEST(Config, DocumentationIsCurrent) {
  const fs::path file = fs::path(__FILE__).parent_path() / "../../docs/configuration.md";
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
