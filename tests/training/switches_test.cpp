// Every switch that docs/deviations.md names does something: a tiny run with the other reading ends
// otherwise. What each reading means is for the tests of its part; here nothing may be read from a recipe and
// then forgotten.
#include <map>
#include <memory>
#include <regex>
#include <set>

#include "training/run/classifier_file.h"
#include "training/run/classifier_run.h"
#include "training/run/train_run.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

using Settings = std::vector<std::string>;

// A key, another value for it, and what both runs need besides, so that the key matters in eight steps.
struct Switch {
  std::string key, other;
  Settings both = {};
  bool stops = false;  // one of the two runs is meant to be stopped
};

const std::vector<Switch> of_training{
    {"data.base_identities", "8"},
    {"data.base_test_photos", "2"},
    {"data.crop", "[2, 2, 20, 20]"},
    {"network.input", "28"},
    {"network.width", "0.125"},
    {"network.embedding", "16"},
    {"network.blocks", "[2, 1]"},
    {"network.branches", "[2]"},
    {"network.padding", "valid", {"network.input=64"}},
    {"network.shortcut", "zero_pad"},
    {"init.lsuv_images", "16"},
    {"init.classifier", "normal"},
    {"init.classifier_sd", "0.1", {"init.classifier=normal"}},
    {"init.classifier", "zero"},
    {"init.means_photos", "1", {"init.classifier=means"}},
    {"init.means_length", "1", {"init.classifier=means"}},
    {"init.centre", "false"},
    {"loss.l2_softmax", "0.5"},
    {"loss.l2_alpha", "20"},
    {"loss.l2_alpha_trainable", "false"},
    {"loss.lifted", "0.2"},
    {"loss.lifted_alpha", "6"},
    {"loss.lifted_distance", "cosine"},
    {"loss.margin", "0.5"},
    {"loss.margin_alpha", "0.2"},
    {"loss.margin_beta", "0.3"},
    {"loss.margin_beta_rate", "10"},
    {"loss.margin_start", "3"},
    {"optim.rate", "0.1"},
    {"optim.final_rate", "0.04"},
    {"optim.momentum", "0.5"},
    {"optim.decay", "0.1"},
    {"optim.rate_inside", "true"},
    {"optim.clip_norm", "0.01"},
    {"optim.warmup", "4"},
    {"optim.restart_period", "3"},
    {"optim.extended_at", "[3]"},
    {"optim.restart_factor", "2", {"optim.restart_period=2"}},
    {"sampling.batch", "16"},
    {"sampling.classes", "5", {}, true},  // 12 photos are not 5 x 2
    {"sampling.images_per_class", "3"},
    {"sampling.method", "random"},
    {"sampling.random_classes", "4"},
    {"sampling.lag", "0"},
    {"sampling.update_rule", "last"},
    {"sampling.list_from_seen", "1"},
    {"sampling.probe_photos", "3", {"sampling.method=hard_class"}},
    {"sampling.candidates", "6", {"sampling.method=hard_class"}},
    {"sampling.neighbours", "1", {"sampling.method=class_graph"}},
    {"sampling.graph_every", "2", {"sampling.method=class_graph"}},
    {"augment.mirror", "false"},
    {"augment.colour", "20"},
    {"augment.grey", "0.9"},
    {"augment.shift", "3"},
    {"augment.rotation", "0.2"},
    {"augment.scale", "0.2"},
    {"augment.contrast", "0.3"},
    {"guard.collapse", "warn", {"guard.collapse_cosine=-1", "guard.collapse_steps=2"}, true},
    {"guard.collapse_steps", "2", {"guard.collapse_cosine=-1"}, true},
    {"guard.collapse_cosine", "-1", {"guard.collapse_steps=2"}, true},
};

// On data with half of the photos broken.
const Switch of_broken_photos{"data.max_broken", "0.01", {"data.max_broken=1"}, true};

// On data of 50 people.
const Switch of_many_people{"data.split_seed", "1", {"data.base_identities=auto"}};

const std::vector<Switch> of_classifier{
    {"classifier.iterations", "30"},  {"classifier.batch", "6"},     {"classifier.rate", "0.2"},
    {"classifier.final_rate", "0.1"}, {"classifier.alpha", "start"}, {"classifier.alpha_trainable", "false"},
    {"classifier.augment", "true"},
};

class Switches : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data = pattern_folder("switches_data");
    out = fresh_folder("switches_runs");
  }
  // How eight steps with these settings end: the network's weights, or what stopped them.
  static std::string trained(Settings settings, const fs::path& data = Switches::data) {
    settings.insert(settings.begin(), {"steps=8", "loss.margin_start=0", "optim.warmup=0"});
    fs::remove_all(out / "run");
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> quiet(std::fopen("/dev/null", "w"), &std::fclose);
    try {
      const Config config = tiny_config(settings);
      train({.data = data, .run = out / "run", .config = config, .console = quiet.get()});
      Network network = FinishedRun(out / "run").network({});
      return network_fingerprint(network);
    } catch (const Error& e) {
      return std::string("stopped: ") + e.what();
    }
  }
  static std::string learnt(Settings settings) {
    settings.insert(settings.begin(), {"classifier.iterations=20", "classifier.batch=8",
                                       "classifier.rate=0.1", "classifier.final_rate=0.01"});
    return to_json(learn_on_run(out / "run", {.data = data}, settings)).dump();
  }
  inline static fs::path data, out;
};

Settings with(Settings settings, const Switch& s) {
  settings.push_back(s.key + "=" + s.other);
  return settings;
}

TEST_F(Switches, EachOfTrainingChangesTheRun) {
  std::map<Settings, std::string> without;
  for (const Switch& s : of_training) {
    if (!without.contains(s.both)) without[s.both] = trained(s.both);
    const std::string other = trained(with(s.both, s));
    EXPECT_NE(other, without[s.both]) << s.key;
    EXPECT_EQ((other + without[s.both]).find("stopped: ") != std::string::npos, s.stops)
        << s.key << ": " << other << " instead of " << without[s.both];
  }
  EXPECT_EQ(trained({}), without[{}]) << "equal settings end equally";
}

TEST_F(Switches, BrokenPhotosStopARunWhereTheyAreTooMany) {
  const fs::path broken = pattern_folder("switches_broken", 12, 8);
  for (int c = 0; c < 12; ++c) {
    for (int p = 0; p < 4; ++p)
      std::ofstream(broken / fmt::format("{:03}", c) / fmt::format("{}.jpg", p)) << "?";
  }
  const Switch& s = of_broken_photos;
  EXPECT_FALSE(trained(s.both, broken).starts_with("stopped: ")) << trained(s.both, broken);
  EXPECT_TRUE(trained(with(s.both, s), broken).starts_with("stopped: "));
}

// Of fewer than 50 people nobody is held out.
TEST_F(Switches, AnotherSplitHoldsOutOtherPeople) {
  const fs::path many = pattern_folder("switches_many", 50, 3);
  const Switch& s = of_many_people;
  EXPECT_NE(trained(s.both, many), trained(with(s.both, s), many));
}

TEST_F(Switches, EachOfTheClassifierChangesWhatItLearns) {
  trained({});
  const std::string without = learnt({});
  for (const Switch& s : of_classifier) EXPECT_NE(learnt(with({}, s)), without) << s.key;
  EXPECT_EQ(learnt({}), without);
}

TEST(SwitchesOfTheDocument, AreAllTriedHere) {
  std::set<std::string> tried{of_broken_photos.key, of_many_people.key};
  for (const auto* list : {&of_training, &of_classifier}) {
    for (const Switch& s : *list) tried.insert(s.key);
  }
  const std::string text = bytes_of(fs::path(DG_SOURCE_DIR) / "docs/deviations.md");
  static const std::regex key("`([a-z0-9_]+\\.[a-z0-9_]+)( = [^`]*)?`"), file(".*\\.(md|toml|h|cpp)");
  int keys = 0;
  for (std::sregex_iterator i(text.begin(), text.end(), key), end; i != end; ++i) {
    const std::string name = (*i)[1];
    if (std::regex_match(name, file)) continue;
    ++keys;
    EXPECT_TRUE(tried.contains(name)) << "docs/deviations.md names the switch " << name;
  }
  EXPECT_GT(keys, 60);
}

}  // namespace
}  // namespace dg
