// The course of a run: settings that fit the data, what is said on the way, restart, patience, pairs.
#include <nlohmann/json.hpp>

#include "console.h"
#include "error_text.h"
#include "tests/interop/files.h"
#include "training/checkpoint.h"
#include "training/run/train_run.h"
#include "training/tiny_run.h"
#include "training/trainer.h"

namespace dg {
namespace {

using Json = nlohmann::json;

struct Told {
  TrainResult result;
  std::string error, words;
};

// Trains, and returns what was said on the console.
Told run_of(TrainOptions options) {
  const Console console;
  options.console = console.get();
  Told told;
  try {
    told.result = train(options);
  } catch (const TrainingStopped& e) {
    told.error = e.what();
  }
  told.words = console.text();
  return told;
}

std::vector<Json> lines_in(const fs::path& file) {
  std::vector<Json> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(RunCourse, SettingsThatNobodyGaveFitTheDataAndStandInTheRun) {
  const fs::path data = pattern_folder("planned"), run = fresh_folder("planned_out") / "run";
  auto [config, given] =
      load_given_config(std::nullopt, {"network.input=24", "network.width=0.0625", "network.embedding=8",
                                       "network.blocks=[1, 1]", "network.branches=[3]", "steps=4"});
  const Told told = run_of({.data = data, .run = run, .config = config, .given = given});
  const Config kept = load_config(run / "config.toml", {});
  EXPECT_EQ(kept.sampling.batch, 18) << "6 of the 12 people with 3 photos each";
  EXPECT_EQ(kept.init.lsuv_images, 36);
  EXPECT_EQ(kept.optim.warmup, 1);
  EXPECT_EQ(kept.data.cache_mb, 1);
  EXPECT_TRUE(contains(told.words, "sampling.batch"));
  EXPECT_TRUE(contains(told.words, "6 of the 12 people, with 3 photos each"));
  EXPECT_EQ(read_all(run / "data.txt"), data.string() + "\n");
  // Again with what the run has kept: nothing is left to choose, and the bits are the same.
  const fs::path again = fresh_folder("planned_again") / "run";
  run_of({.data = data, .run = again, .config = kept});
  EXPECT_TRUE(bytes_of(run / "checkpoints/step-4.safetensors") ==
              bytes_of(again / "checkpoints/step-4.safetensors"));
}

TEST(RunCourse, TheFirstStepIsShownAtOnceAndTheEndHasAVerdict) {
  const fs::path data = pattern_folder("shown"), run = fresh_folder("shown_out") / "run";
  const Told told = run_of({.data = data, .run = run, .config = tiny_config({"evaluate.every=5"})});
  EXPECT_TRUE(contains(told.words, "scaling the weights on 32 photos (LSUV)\n"));
  EXPECT_TRUE(contains(told.words, "\nstep 1/10 (10%)  epoch 0.444  loss "));
  EXPECT_TRUE(contains(told.words, "step 5: novel top-1 "));
  EXPECT_TRUE(contains(told.words, "\nthe end: "));
  EXPECT_TRUE(contains(told.words, "\nmining: "));
  EXPECT_TRUE(
      contains(told.words, "the best checkpoint is " + (run / "checkpoints/best.safetensors").string()));
  EXPECT_EQ(told.words.find('\x1b'), std::string::npos) << "control codes in a file";
}

TEST(RunCourse, WhereItStopsBeforeTheEndItSaysWhere) {
  const Told told = run_of({.data = pattern_folder("before_end"),
                            .run = fresh_folder("before_end_out") / "run",
                            .config = tiny_config(),
                            .stop_after = 4});
  EXPECT_TRUE(contains(told.words, "\nafter 4 of 10 steps: too early to say"));
  EXPECT_FALSE(contains(told.words, "the end"));
}

TEST(RunCourse, ACollapsedRunBeginsAgainOnceWithATenthOfTheRate) {
  const fs::path data = pattern_folder("begin_again"), run = fresh_folder("begin_again_out") / "run";
  // Every cosine is above -1: both attempts count as collapsed after two steps.
  const Told told = run_of({.data = data,
                            .run = run,
                            .config = tiny_config({"guard.collapse_cosine=-1", "guard.collapse_steps=2",
                                                   "optim.rate=0.04", "optim.final_rate=0.03"})});
  EXPECT_TRUE(contains(told.error, "step 2: the embedding has collapsed"));
  EXPECT_TRUE(contains(told.words, "begun again at step 0 with optim.rate = 0.004 instead of 0.04"));
  const Config kept = load_config(run / "config.toml", {});
  EXPECT_EQ(kept.optim.rate, 0.004);
  EXPECT_EQ(kept.optim.final_rate, 0.004);
  EXPECT_EQ(kept.guard.collapse, OnCollapse::stop);
  const std::vector<Json> before = lines_in(run / "metrics-collapsed.jsonl"),
                          now = lines_in(run / "metrics.jsonl");
  ASSERT_FALSE(before.empty());
  EXPECT_NEAR(before.back()["rate"].get<double>(), 0.04, 0.03);
  ASSERT_FALSE(now.empty());
  EXPECT_EQ(now[0], (Json{{"step", 0}, {"collapsed_after", 2}, {"rate_before", 0.04}}));
  ASSERT_EQ(now.size(), 2u);
  EXPECT_EQ(now[1]["step"], 1);
}

TEST(RunCourse, AGuardThatStopsDoesNotBeginAgain) {
  const fs::path data = pattern_folder("only_stop"), run = fresh_folder("only_stop_out") / "run";
  const Told told = run_of(
      {.data = data,
       .run = run,
       .config = tiny_config({"guard.collapse_cosine=-1", "guard.collapse_steps=2", "guard.collapse=stop"})});
  EXPECT_TRUE(contains(told.error, "the embedding has collapsed"));
  EXPECT_FALSE(contains(told.words, "begun again"));
  EXPECT_FALSE(fs::exists(run / "metrics-collapsed.jsonl"));
}

TEST(RunCourse, PatienceEndsARunThatDoesNotGetBetter) {
  const fs::path data = pattern_folder("patience"), out = fresh_folder("patience_out");
  const Config config = tiny_config({"evaluate.every=1", "evaluate.patience=2", "optim.rate=1e-30",
                                     "optim.final_rate=0", "checkpoint.every=1", "checkpoint.keep=9"});
  const Told told = run_of({.data = data, .run = out / "run", .config = config});
  EXPECT_EQ(told.result.steps, 3) << "the first evaluation is the best, and two more are as good";
  EXPECT_FALSE(told.result.stopped);
  EXPECT_TRUE(contains(told.words, "stopped early: 2 evaluations in a row without a better score"));
  // An interrupted run counts on from where it was.
  EXPECT_EQ(run_of({.data = data, .run = out / "halves", .config = config, .stop_after = 2}).result.steps, 2);
  EXPECT_EQ(run_of({.data = data, .run = out / "halves", .config = config, .resume = true}).result.steps, 3);
  EXPECT_TRUE(bytes_of(out / "run/checkpoints/step-3.safetensors") ==
              bytes_of(out / "halves/checkpoints/step-3.safetensors"));
}

TEST(RunCourse, PairsAreScoredOnTheWayAndChooseTheBest) {
  const fs::path data = pattern_folder("pairs_data"), lfw = fresh_folder("pairs_lfw"),
                 out = fresh_folder("pairs_out");
  for (const char* name : {"Ann", "Bob", "Cid", "Dan"}) {
    fs::create_directories(lfw / name);
    for (int p = 1; p <= 2; ++p)
      write_jpeg(lfw / name / fmt::format("{}_{:04}.jpg", name, p), pattern(name[0], p), 95);
  }
  write_all(out / "pairs.txt", "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nCid\t1\t2\nCid\t1\tDan\t2\n");
  const std::vector<std::string> settings{"evaluate.every=5",
                                          "evaluate.pairs=" + (out / "pairs.txt").string(),
                                          "evaluate.pairs_photos=" + lfw.string()};
  const Told told = run_of({.data = data, .run = out / "run", .config = tiny_config(settings)});
  EXPECT_TRUE(contains(told.words, "step 5: accuracy on pairs "));
  int scored = 0;
  for (const Json& line : lines_in(out / "run/metrics.jsonl")) scored += line.contains("pairs_accuracy");
  EXPECT_EQ(scored, 2);
  EXPECT_EQ(best_score(out / "run/checkpoints/best.safetensors").of, "pairs_accuracy");
  fs::remove(lfw / "Ann/Ann_0002.jpg");
  EXPECT_EQ(error_text<IoError>([&] {
              train({.data = data, .run = out / "missing", .config = tiny_config(settings)});
            }).find((out / "pairs.txt").string() + ":2:"),
            0u)
      << "before the first step";
}

}  // namespace
}  // namespace dg
