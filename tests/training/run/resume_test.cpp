// What a resumed run goes on from, what it refuses, and which checkpoints are kept for it.
#include "training/run/resume.h"

#include <fstream>

#include "console.h"
#include "error_text.h"
#include "training/checkpoint.h"
#include "training/run/evaluate_run.h"
#include "training/run/finished_run.h"
#include "training/run/metrics_table.h"
#include "training/run/train_run.h"
#include "training/tiny_run.h"
#include "training/tiny_trainer.h"

namespace dg {
namespace {

TEST(Resume, TheBestCheckpointCanBeResumedFrom) {
  const fs::path data = pattern_folder("from_best"), out = fresh_folder("from_best_out"), run = out / "run";
  const Config config = tiny_config({"evaluate.every=4"});
  train({.data = data, .run = run, .config = config, .stop_after = 4});
  fs::remove(run / "checkpoints" / "step-4.safetensors");
  const auto start = [&] { train({.data = data, .run = run, .config = config}); };
  EXPECT_TRUE(contains(error_text(start), "already holds a run"));
  train({.data = data, .run = run, .config = config, .resume = true});
  train({.data = data, .run = out / "whole", .config = config});
  EXPECT_TRUE(bytes_of(run / "checkpoints" / "step-10.safetensors") ==
              bytes_of(out / "whole" / "checkpoints" / "step-10.safetensors"));
}

TEST(Resume, ContinuesBitForBit) {
  const fs::path data = pattern_folder("resume_run"), out = fresh_folder("resume_run_out");
  const Config config = tiny_config({"checkpoint.every=3", "evaluate.every=4"});
  train({.data = data, .run = out / "whole", .config = config});
  train({.data = data, .run = out / "halves", .config = config, .stop_after = 5});
  // The newest checkpoint is damaged: the one before it serves.
  fs::resize_file(out / "halves" / "checkpoints" / "step-5.safetensors", 1000);
  const TrainResult r = train({.data = data, .run = out / "halves", .config = config, .resume = true});
  EXPECT_EQ(r.steps, 10);
  for (const char* name : {"step-10.safetensors", "step-9.safetensors", "best.safetensors"}) {
    EXPECT_TRUE(bytes_of(out / "whole" / "checkpoints" / name) ==
                bytes_of(out / "halves" / "checkpoints" / name))
        << name;
  }
  std::ifstream metrics(out / "halves" / "metrics.jsonl");
  int lines = 0;
  for (std::string line; std::getline(metrics, line);)
    lines += line.find("negative_cosine") != std::string::npos;
  EXPECT_EQ(lines, 10) << "a step that was run again is logged once";
}

TEST(Resume, WithoutACheckpointStartsAtStepZero) {
  const fs::path data = pattern_folder("resume_none"), run = fresh_folder("resume_none_out") / "run";
  EXPECT_EQ(train({.data = data, .run = run, .config = tiny_config(), .resume = true}).steps, 10);
}

TEST(Resume, RefusesOtherIdentities) {
  const fs::path data = pattern_folder("resume_others"), run = fresh_folder("resume_others_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 2});
  fs::rename(data / "011", data / "0110");  // one of the novel: nothing of what trains has changed
  const auto resume = [&] { train({.data = data, .run = run, .config = tiny_config(), .resume = true}); };
  const std::string refusal = "[train] --resume must go on with the data that " +
                              (run / "identities.tsv").string() + " lists, but in the data now ";
  EXPECT_EQ(error_text<std::exception>(resume), refusal + "1 identity is gone: 011; 1 identity is new: 0110");
  fs::rename(data / "0110", data / "011");
  fs::rename(data / "003" / "2.jpg", data / "003" / "20.jpg");
  EXPECT_EQ(error_text<std::exception>(resume),
            refusal + "1 identity has photos of other names or sizes: 003");
  fs::rename(data / "003" / "20.jpg", data / "003" / "2.jpg");
  EXPECT_EQ(error_text<std::exception>(resume), "no error");
}

// Of fewer people than a batch has: the sampler is not what is at fault.
TEST(Resume, DataOfOtherPeopleAreToldBeforeAnythingIsMadeOfThem) {
  const fs::path data = pattern_folder("many_people", 12), few = pattern_folder("few_people", 3),
                 run = fresh_folder("few_out") / "run";
  const Config config = tiny_config({"data.base_identities=all"});
  train({.data = data, .run = run, .config = config, .stop_after = 1});
  EXPECT_TRUE(contains(
      error_text<Error>([&] { train({.data = few, .run = run, .config = config, .resume = true}); }),
      "--resume must go on with the data that "));
}

TEST(Resume, NeedsWhatSaysThatDataAndSettingsAreTheSame) {
  const fs::path data = pattern_folder("resume_needs"), run = fresh_folder("resume_needs_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 2});
  const auto resume = [&](const Config& config) {
    return error_text<Error>([&] { train({.data = data, .run = run, .config = config, .resume = true}); });
  };
  for (const char* name : {"config.toml", "identities.tsv"}) {
    const std::string text = bytes_of(run / name);
    fs::remove(run / name);
    EXPECT_TRUE(resume(tiny_config()).starts_with("[train] --resume needs " + (run / name).string()));
    std::ofstream(run / name) << text;
  }
  // config.toml was edited to fit: the checkpoint knows better.
  const Config other = tiny_config({"optim.rate=0.5"});
  std::ofstream(run / "config.toml") << to_toml(other);
  const fs::path checkpoint = run / "checkpoints" / "step-2.safetensors";
  EXPECT_EQ(resume(other), "[train] --resume must not change settings, got other values of optim.rate than " +
                               checkpoint.string() + " has");
  EXPECT_EQ(error_text<Error>([&] { evaluate_one_shot(run, {.data = data}); }),
            "[evaluate] config.toml must have the settings that " + checkpoint.string() +
                " was trained with, got other values of optim.rate");
  std::ofstream(run / "config.toml") << to_toml(tiny_config());
  EXPECT_EQ(resume(tiny_config()), "no error");
}

TEST(Resume, ReplacesADamagedBest) {
  const fs::path data = pattern_folder("best"), run = fresh_folder("best_out") / "run";
  const Config config = tiny_config({"evaluate.every=5"});
  train({.data = data, .run = run, .config = config, .stop_after = 5});
  const fs::path best = run / "checkpoints" / "best.safetensors";
  fs::resize_file(best, 1000);
  train({.data = data, .run = run, .config = config, .resume = true});
  EXPECT_GE(best_score(best).value, 0);
}

// Its header is whole, and so is its score.
TEST(Resume, ABestWithDamagedWeightsDoesNotStandInTheWayOfTheNext) {
  const fs::path data = pattern_folder("spoiled_best"), run = fresh_folder("spoiled_best_out") / "run";
  train({.data = data, .run = run, .config = tiny_config({"evaluate.every=5"}), .stop_after = 7});
  const fs::path best = run / "checkpoints/best.safetensors";
  std::string bytes = bytes_of(best);
  const std::size_t middle = bytes.find("\"}}") + 200;  // in the first tensors
  ASSERT_LT(middle, bytes.size());
  bytes[middle] ^= 1;
  std::ofstream(best, std::ios::binary) << bytes;
  const Config config = tiny_config({"evaluate.every=5"});
  TinyTrainer t(data, config);
  const auto resumed = load_newest_checkpoint(run, config, t.trainer);
  EXPECT_EQ(resumed->checkpoint, run / "checkpoints/step-7.safetensors");
  EXPECT_FALSE(resumed->best.has_value()) << "any score is better";
  const Console console;
  train({.data = data, .run = run, .config = config, .resume = true, .console = console.get()});
  EXPECT_TRUE(contains(console.text(), "passed over: " + best.string())) << console.text();
  EXPECT_NO_THROW(FinishedRun(run).network({}));
}

// A stop in between writes nothing that an undisturbed run does not.
TEST(Resume, AStopThatWasAskedForChangesNeitherCheckpointsNorLines) {
  const fs::path data = pattern_folder("asked_stop"), out = fresh_folder("asked_stop_out");
  const Config config = tiny_config({"evaluate.every=4", "log.every=3", "checkpoint.every=6"});
  train({.data = data, .run = out / "whole", .config = config});
  train({.data = data, .run = out / "parts", .config = config, .stop_after = 5});
  train({.data = data, .run = out / "parts", .config = config, .resume = true});
  for (const char* file : {"step-6.safetensors", "step-10.safetensors"})
    EXPECT_TRUE(bytes_of(out / "whole/checkpoints" / file) == bytes_of(out / "parts/checkpoints" / file))
        << file;
  const auto steps = [&](const char* run) {
    std::vector<double> all;
    for (const auto& [step, value] : read_metrics(out / run).series("list_changed")) all.push_back(value);
    return all;
  };
  EXPECT_EQ(steps("whole"), steps("parts"));
  EXPECT_EQ(steps("whole").size(), 4u);
}

TEST(Resume, TheVerdictKnowsTheLossOfTheEvaluationBefore) {
  const fs::path data = pattern_folder("loss_before"), out = fresh_folder("loss_before_out");
  const Config config = tiny_config({"evaluate.every=5"});
  const Console whole, first, second;
  train({.data = data, .run = out / "whole", .config = config, .console = whole.get()});
  train({.data = data, .run = out / "parts", .config = config, .stop_after = 6, .console = first.get()});
  train({.data = data, .run = out / "parts", .config = config, .resume = true, .console = second.get()});
  const auto last = [](const std::string& text) { return text.substr(text.find("step 10: ")); };
  EXPECT_TRUE(contains(last(whole.text()), "(before "));
  EXPECT_EQ(last(second.text()).substr(0, 160), last(whole.text()).substr(0, 160));
}

TEST(Resume, ADamagedCheckpointDoesNotCountAmongThoseKept) {
  const fs::path data = pattern_folder("kept"), run = fresh_folder("kept_out") / "run";
  const Config config = tiny_config({"checkpoint.every=2", "checkpoint.keep=2"});
  train({.data = data, .run = run, .config = config, .stop_after = 6});
  const fs::path newest = run / "checkpoints" / "step-6.safetensors";
  std::string bytes = bytes_of(newest);
  bytes.back() ^= 1;  // in the data, which no header vouches for
  std::ofstream(newest, std::ios::binary) << bytes;
  std::ofstream(run / "checkpoints" / "step-6.safetensors.tmp") << "left by a killed run";
  train({.data = data, .run = run, .config = config, .stop_after = 5, .resume = true});
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names,
            (std::vector<std::string>{"step-4.safetensors", "step-5.safetensors", "step-6.safetensors"}));
  train({.data = data, .run = run, .config = config, .resume = true});
  train({.data = data, .run = run.parent_path() / "whole", .config = config});
  EXPECT_TRUE(bytes_of(run / "checkpoints" / "step-10.safetensors") ==
              bytes_of(run.parent_path() / "whole" / "checkpoints" / "step-10.safetensors"));
}

TEST(Resume, ARunWhoseCheckpointsAreAllDamagedIsNotBegunAnew) {
  const fs::path data = pattern_folder("all_damaged"), run = fresh_folder("all_damaged_out") / "run",
                 only = run / "checkpoints" / "step-2.safetensors";
  const Config config = tiny_config({"evaluate.every=0"});
  train({.data = data, .run = run, .config = config, .stop_after = 2});
  const std::string metrics = bytes_of(run / "metrics.jsonl");
  const auto why = [&](const Config& now, bool extended = false) {
    return error_text<Error>(
        [&] { train({.data = data, .run = run, .config = now, .extended = extended, .resume = true}); });
  };
  // Other settings are named also where the tensors would not fit.
  std::ofstream(run / "config.toml") << to_toml(tiny_config({"evaluate.every=0", "network.width=0.125"}));
  EXPECT_TRUE(contains(why(tiny_config({"evaluate.every=0", "network.width=0.125"})),
                       "got other values of network.width than " + only.string()));
  std::ofstream(run / "config.toml") << to_toml(config);
  fs::resize_file(only, fs::file_size(only) / 2);
  EXPECT_TRUE(
      contains(why(config),
               "no checkpoint of " + run.string() +
                   " can be resumed from; another --run folder begins anew\npassed over: " + only.string()));
  EXPECT_EQ(bytes_of(run / "metrics.jsonl"), metrics);
  fs::remove(only);
  Config longer = config;
  longer.optim.extended_at = {longer.steps};
  longer.steps += 5;
  EXPECT_TRUE(contains(why(longer, true), "--extend goes on with a checkpoint"));
  EXPECT_EQ(load_config(run / "config.toml", {}).steps, config.steps) << "nothing is replaced";
  EXPECT_EQ(why(config, true),
            "[train] --extend goes on with a checkpoint, and " + run.string() + " has none");
  EXPECT_EQ(bytes_of(run / "metrics.jsonl"), metrics);
  EXPECT_EQ(why(config), "no error") << "a run that was killed before its first checkpoint";
}

TEST(Resume, RefusesChangedSettingsByName) {
  const fs::path data = pattern_folder("resume_changed"), run = fresh_folder("resume_changed_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 2});
  const Config other = tiny_config({"optim.rate=0.01", "loss.margin=2.0", "log.every=7"});
  const std::string text =
      error_text<std::exception>([&] { train({.data = data, .run = run, .config = other, .resume = true}); });
  EXPECT_NE(text.find("loss.margin, optim.rate"), std::string::npos) << text;
  EXPECT_EQ(text.find("log.every"), std::string::npos) << text;
}

TEST(Resume, OnlyTheNewestCheckpointsAreKept) {
  const fs::path data = pattern_folder("keep"), run = fresh_folder("keep_out") / "run";
  train({.data = data, .run = run, .config = tiny_config({"checkpoint.every=1", "checkpoint.keep=2"})});
  std::vector<std::string> names;
  for (const fs::path& p : step_checkpoints(run)) names.push_back(p.filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"step-9.safetensors", "step-10.safetensors"}));
}

}  // namespace
}  // namespace dg
