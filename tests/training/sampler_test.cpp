// sampling.method: every sampler trains, is saved and goes on; and when the doppelganger list starts.
#include "training/sampler.h"

#include <nlohmann/json.hpp>

#include "data/class_folder.h"
#include "error_text.h"
#include "training/checkpoint.h"
#include "training/run/train_run.h"
#include "training/run/training_data.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

const std::vector<std::string> methods{"random", "doppelganger", "hard_class", "class_graph"};

std::vector<std::string> with(const std::string& method, std::vector<std::string> more = {}) {
  more.push_back("sampling.method=" + method);
  more.push_back("sampling.graph_every=4");  // two graphs in ten steps
  return more;
}

// Everything a trainer refers to.
struct Session {
  Session(const fs::path& data, Config c)
      : config(std::move(c)),
        set(scan_class_folder(data)),
        split(make_split(set, config)),
        store(set, replacement_lists(set, split),
              {.size = static_cast<int>(config.network.input), .memory_bytes = 1 << 20}),
        trainer(config, set, split, store, Device::cpu) {}
  void steps(int n) {
    for (int i = 0; i < n; ++i) trainer.step();
  }
  std::string bytes(const fs::path& file) {
    save_checkpoint(file, trainer, config);
    return bytes_of(file);
  }
  Config config;
  PhotoSet set;
  Split split;
  PhotoStore store;
  Trainer trainer;
};

TEST(SamplingMethod, EachGoesOnBitForBitFromACheckpoint) {
  const fs::path data = pattern_folder("method_resume"), folder = fresh_folder("method_resume_runs");
  for (const std::string& method : methods) {
    Session whole(data, tiny_config(with(method)));
    whole.trainer.initialise();
    whole.steps(10);
    Session first(data, tiny_config(with(method)));
    first.trainer.initialise();
    first.steps(5);
    first.bytes(folder / "half");
    Session second(data, tiny_config(with(method)));
    load_checkpoint(folder / "half", second.trainer);
    second.steps(5);
    EXPECT_TRUE(whole.bytes(folder / "a") == second.bytes(folder / "b")) << method;
  }
}

TEST(SamplingMethod, RandomIsDoppelgangerSamplingWithAllClassesRandom) {
  const fs::path data = pattern_folder("method_random");
  Session random(data, tiny_config(with("random")));
  Session all_random(data, tiny_config({"sampling.random_classes=6"}));
  for (Session* s : {&random, &all_random}) {
    s->trainer.initialise();
    s->steps(6);
  }
  const auto a = random.trainer.parameters(), b = all_random.trainer.parameters();
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_EQ(a[i]->value.value().to_vector(), b[i]->value.value().to_vector()) << a[i]->name;
}

TEST(SamplingMethod, EachTellsWhatItCosts) {
  const fs::path data = pattern_folder("method_cost");
  for (const std::string& method : methods) {
    Session s(data, tiny_config(with(method)));
    s.trainer.initialise();
    s.steps(3);
    EXPECT_GT(s.trainer.seconds_sampling(), 0) << method;
    const std::int64_t graph = 9 * 5 * 4 + 2 * 9 * 8 * 4;  // five neighbours of nine classes, eight numbers
    const std::int64_t expected = method == "random"         ? 0
                                  : method == "doppelganger" ? 9 * 4
                                  : method == "hard_class"   ? 2 * 9 * 2 * 8 * 4
                                                             : graph;
    EXPECT_EQ(s.trainer.sampler_bytes(), expected) << method;
  }
}

TEST(SamplingMethod, NeedsNoScoresButForDoppelgangers) {
  for (const std::string& method : methods) {
    const std::string error = error_text([&] { tiny_config(with(method, {"loss.l2_softmax=0"})); });
    EXPECT_EQ(error == "no error", method != "doppelganger") << method << ": " << error;
  }
}

TEST(SamplingMethod, IsCheckedWithTheConfiguration) {
  EXPECT_NE(error_text([] { tiny_config({"sampling.method=best"}); }).find("\"hard_class\""),
            std::string::npos);
  EXPECT_EQ(error_text([] { tiny_config(with("hard_class", {"sampling.candidates=5"})); }),
            "[config] sampling.candidates must be 0 or at least 6, the most classes a batch can have, got 5");
  EXPECT_EQ(
      error_text([] { tiny_config(with("hard_class", {"sampling.probe_photos=1"})); }),
      "[config] sampling.probe_photos must be at least 2 when sampling.method is \"hard_class\", got 1");
  EXPECT_NO_THROW(tiny_config(with("class_graph", {"sampling.probe_photos=1", "sampling.candidates=5"})));
  EXPECT_EQ(Config{}.sampling.method, SamplingMethod::doppelganger);
  EXPECT_EQ(Config{}.sampling.list_from_seen, 0);
}

// The classes of the batches drawn while the list is empty are random; it may start only when all were seen.
TEST(SamplingMethod, TheListStartsOnceItsShareOfTheClassesWasSeen) {
  const fs::path data = pattern_folder("list_start");
  Session waits(data, tiny_config({"sampling.list_from_seen=1"}));
  waits.trainer.initialise();
  int waited = 0;
  bool started = false;
  for (int i = 0; i < 10; ++i) {
    waits.trainer.step();
    const bool empty = waits.trainer.measure_list().filled == 0;
    EXPECT_TRUE(started ? !empty : true) << "it never gets empty again";
    if (!empty && !started) {
      EXPECT_GT(i, 0);
      EXPECT_EQ(waits.trainer.distinct_classes(0), 9) << "step " << i;
      started = true;
    }
    waited += empty;
  }
  EXPECT_TRUE(started);
  EXPECT_GE(waited, 2) << "six of nine classes are in a batch: the first cannot have shown all";
}

TEST(SamplingMethod, ARunLogsHealthAndCost) {
  const fs::path data = pattern_folder("health"), run = fresh_folder("health_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(with("hard_class"))});
  std::ifstream metrics(run / "metrics.jsonl");
  int lines = 0;
  for (std::string text; std::getline(metrics, text); ++lines) {
    const auto j = nlohmann::json::parse(text);
    for (const char* key :
         {"list_changed", "list_filled", "in_degree_max", "in_degree_gini", "distinct_classes_1000",
          "positive_violating", "negative_violating", "positive_cosine", "negative_cosine", "alpha", "beta",
          "arfa_a_min", "arfa_a_max", "sampler_ms", "sampler_share", "sampler_bytes"})
      EXPECT_TRUE(j.contains(key)) << key;
    EXPECT_GE(j["arfa_a_min"], 0.1) << "its floor";
    EXPECT_LE(j["arfa_a_min"], j["arfa_a_max"]);
    EXPECT_NEAR(j["arfa_a_max"].get<double>(), 1, 0.2) << "a starts at 1 and has hardly moved";
    EXPECT_GT(j["sampler_ms"], 0);
    EXPECT_GT(j["sampler_share"], 0);
    EXPECT_LT(j["sampler_share"], 1);
  }
  EXPECT_EQ(lines, 10);
}

}  // namespace
}  // namespace dg
