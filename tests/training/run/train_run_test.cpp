// Whole runs on a tiny data set.
#include "training/run/train_run.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "error_text.h"
#include "training/checkpoint.h"
#include "training/run/evaluate_ensemble.h"
#include "training/run/evaluate_run.h"
#include "training/tiny_run.h"
#include "training/tiny_trainer.h"

namespace dg {
namespace {

// What was written to it.
std::string text_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c; (c = std::fgetc(file)) != EOF;) text += static_cast<char>(c);
  return text;
}

TEST(Run, LeavesConfigurationMetricsAndCheckpoint) {
  const fs::path data = pattern_folder("run"), run = fresh_folder("run_out") / "run";
  const TrainResult r = train({.data = data, .run = run, .config = tiny_config({"evaluate.every=5"})});
  EXPECT_EQ(r.steps, 10);
  EXPECT_EQ(differences(load_config(run / "config.toml", {}), tiny_config({"evaluate.every=5"})),
            std::vector<std::string>{});
  EXPECT_TRUE(fs::exists(run / "checkpoints" / "step-10.safetensors"));
  EXPECT_TRUE(fs::exists(run / "checkpoints" / "best.safetensors"));
  std::ifstream metrics(run / "metrics.jsonl");
  int lines = 0, evaluations = 0;
  for (std::string line; std::getline(metrics, line);) {
    const auto j = nlohmann::json::parse(line);
    evaluations += j.contains("novel_top1");
    lines += j.contains("negative_cosine");
  }
  EXPECT_EQ(lines, 10);
  EXPECT_EQ(evaluations, 2);

  const OneShotResult scores = evaluate_one_shot(run, {.data = data});
  EXPECT_EQ(scores.identities, 12u);
  EXPECT_EQ(scores.novel.size(), 9u);  // 3 novel identities, 4 photos, the first enrols
  EXPECT_EQ(scores.base.size(), 9u);
  EXPECT_NE(error_text<std::exception>([&] {
              train({.data = data, .run = run, .config = tiny_config()});
            }).find("already holds a run"),
            std::string::npos);
}

TEST(Run, MetricsTellWhereTheTimeGoes) {
  const fs::path data = pattern_folder("time"), run = fresh_folder("time_out") / "run";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  train({.data = data, .run = run, .config = tiny_config({"log.every=2"}), .console = console.get()});
  std::ifstream metrics(run / "metrics.jsonl");
  for (std::string line; std::getline(metrics, line);) {
    const auto j = nlohmann::json::parse(line);
    double sum = 0;
    for (const Part part : all_parts) sum += j.at(std::string("time_") + name(part)).get<double>();
    EXPECT_NEAR(sum, 1, 1e-9);
    for (const char* part :
         {"time_forward", "time_by_weight", "time_elementwise", "time_head", "time_optimiser"})
      EXPECT_GT(j.at(part), 0) << part;
    const double input_bound = j.at("input_bound");
    EXPECT_GE(input_bound, 0);
    EXPECT_LE(input_bound, 1);
  }
}

TEST(Run, StopAfterEndsEarlyOnTheSameSchedule) {
  const fs::path data = pattern_folder("stop"), run = fresh_folder("stop_out") / "run";
  const TrainResult r = train({.data = data, .run = run, .config = tiny_config(), .stop_after = 4});
  EXPECT_EQ(r.steps, 4);
  EXPECT_TRUE(fs::exists(run / "checkpoints" / "step-4.safetensors"));
}

TEST(Run, AStopFromOutsideSavesACheckpoint) {
  const fs::path data = pattern_folder("signal"), run = fresh_folder("signal_out") / "run";
  const std::atomic<bool> stop{true};
  const TrainResult r = train({.data = data, .run = run, .config = tiny_config(), .stop = &stop});
  EXPECT_TRUE(r.stopped);
  EXPECT_TRUE(fs::exists(run / "checkpoints" / "step-0.safetensors"));
}

TEST(Run, CheckpointsByTimeChangeNoResult) {
  const fs::path data = pattern_folder("minutes"), out = fresh_folder("minutes_out");
  const Config never = tiny_config({"checkpoint.minutes=0"}),
               always = tiny_config({"checkpoint.minutes=1e-9"});
  train({.data = data, .run = out / "never", .config = never});
  EXPECT_EQ(step_checkpoints(out / "never").size(), 1u);
  train({.data = data, .run = out / "always", .config = always});
  EXPECT_EQ(step_checkpoints(out / "always").size(), 3u) << "checkpoint.keep is 3";
  TinyTrainer a(data, never), b(data, never);
  load_checkpoint(out / "never" / "checkpoints" / "step-10.safetensors", a.trainer);
  load_checkpoint(out / "always" / "checkpoints" / "step-10.safetensors", b.trainer);
  EXPECT_EQ(a.trainer.save_state(), b.trainer.save_state());
  for (std::size_t i = 0; i < a.trainer.parameters().size(); ++i) {
    EXPECT_EQ(a.trainer.parameters()[i]->value.value().to_vector(),
              b.trainer.parameters()[i]->value.value().to_vector());
  }
}

TEST(Run, TheBestCheckpointCanBeResumedFrom) {
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

TEST(Run, AFailedFirstTryDoesNotOccupyItsFolder) {
  const fs::path data = pattern_folder("first_try"), run = fresh_folder("first_try_out") / "run";
  for (int p = 0; p < 4; ++p)
    std::ofstream(data / "000" / fmt::format("{}.jpg", p)) << "\xFF\xD8\xFF but no photo";
  EXPECT_NE(
      error_text([&] { train({.data = data, .run = run, .config = tiny_config({"init.lsuv_images=100"})}); }),
      "no error");
  fs::remove_all(data / "000");
  EXPECT_EQ(error_text([&] {
              train({.data = data, .run = run, .config = tiny_config({"data.base_identities=8"})});
            }),
            "no error");
}

TEST(Run, ARunFolderInsideTheDataIsRefused) {
  const fs::path data = pattern_folder("inside");
  for (const fs::path& run : {data, data / "run", data / "x" / ".." / "run", fs::path()}) {
    EXPECT_TRUE(contains(error_text([&] { train({.data = data, .run = run, .config = tiny_config()}); }),
                         "[train] --run must"));
  }
  EXPECT_FALSE(fs::exists(data / "run"));
}

TEST(Run, FilesThatItDidNotWriteAreNeverDeleted) {
  const fs::path data = pattern_folder("foreign"), run = fresh_folder("foreign_out") / "run";
  const Config config = tiny_config({"checkpoint.every=1", "checkpoint.keep=1"});
  train({.data = data, .run = run, .config = config, .stop_after = 3});
  const fs::path folder = run / "checkpoints";
  for (const char* name : {"notes.tmp", "step-.safetensors.tmp", "step-1.safetensors", "step-02.safetensors"})
    std::ofstream(folder / name) << "not a checkpoint";
  fs::create_directory(folder / "step-2.safetensors");
  train({.data = data, .run = run, .config = config, .resume = true});
  for (const char* name : {"notes.tmp", "step-.safetensors.tmp", "step-1.safetensors", "step-02.safetensors",
                           "step-2.safetensors", "step-10.safetensors"})
    EXPECT_TRUE(fs::exists(folder / name)) << name;
}

TEST(Run, ResumeContinuesBitForBit) {
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

TEST(Run, ResumeWithoutACheckpointStartsAtStepZero) {
  const fs::path data = pattern_folder("resume_none"), run = fresh_folder("resume_none_out") / "run";
  EXPECT_EQ(train({.data = data, .run = run, .config = tiny_config(), .resume = true}).steps, 10);
}

TEST(Run, ResumeRefusesOtherIdentities) {
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

TEST(Run, ResumeNeedsWhatSaysThatDataAndSettingsAreTheSame) {
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

TEST(Run, AFolderWithOtherPeoplesFilesIsRefused) {
  const fs::path data = pattern_folder("foreign"), out = fresh_folder("foreign_out");
  for (const char* name : {"config.toml", "identities.tsv"}) {
    const fs::path run = out / name / "run";
    fs::create_directories(run);
    std::ofstream(run / name) << "title = \"my site\"\n";
    EXPECT_EQ(
        error_text<Error>([&] { train({.data = data, .run = run, .config = tiny_config()}); }),
        "[train] " + (run / name).string() + " is in the way: no run wrote it; choose another --run folder");
    EXPECT_EQ(bytes_of(run / name), "title = \"my site\"\n");
  }
}

TEST(Run, ResumeReplacesADamagedBest) {
  const fs::path data = pattern_folder("best"), run = fresh_folder("best_out") / "run";
  const Config config = tiny_config({"evaluate.every=5"});
  train({.data = data, .run = run, .config = config, .stop_after = 5});
  const fs::path best = run / "checkpoints" / "best.safetensors";
  fs::resize_file(best, 1000);
  train({.data = data, .run = run, .config = config, .resume = true});
  EXPECT_GE(best_score(best).value, 0);
}

TEST(Run, ADamagedCheckpointDoesNotCountAmongThoseKept) {
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

TEST(Run, ARunWhoseCheckpointsAreAllDamagedIsNotBegunAnew) {
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

TEST(Run, ResumeRefusesChangedSettingsByName) {
  const fs::path data = pattern_folder("resume_changed"), run = fresh_folder("resume_changed_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 2});
  const Config other = tiny_config({"optim.rate=0.01", "loss.margin=2.0", "log.every=7"});
  const std::string text =
      error_text<std::exception>([&] { train({.data = data, .run = run, .config = other, .resume = true}); });
  EXPECT_NE(text.find("loss.margin, optim.rate"), std::string::npos) << text;
  EXPECT_EQ(text.find("log.every"), std::string::npos) << text;
}

TEST(Run, OnlyTheNewestCheckpointsAreKept) {
  const fs::path data = pattern_folder("keep"), run = fresh_folder("keep_out") / "run";
  train({.data = data, .run = run, .config = tiny_config({"checkpoint.every=1", "checkpoint.keep=2"})});
  std::vector<std::string> names;
  for (const fs::path& p : step_checkpoints(run)) names.push_back(p.filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"step-9.safetensors", "step-10.safetensors"}));
}

TEST(Run, EvaluationFollowsTheStoredSplitOnAnotherSet) {
  const fs::path data = pattern_folder("stored"), run = fresh_folder("stored_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  // A stranger that sorts first is novel, and nobody else changes sides.
  fs::create_directories(data / "0000");
  for (int p = 0; p < 4; ++p) write_jpeg(data / "0000" / fmt::format("{}.jpg", p), pattern(50, p), 95);
  const OneShotResult more = evaluate_one_shot(run, {.data = data});
  EXPECT_EQ(more.novel.size(), 12u);
  EXPECT_EQ(more.base.size(), 9u);
  // A set of strangers only: everybody is novel.
  const fs::path strangers = fresh_folder("strangers");
  for (const char* name : {"a", "b"}) {
    fs::create_directories(strangers / name);
    for (int p = 0; p < 3; ++p)
      write_jpeg(strangers / name / fmt::format("{}.jpg", p), pattern(name[0], p), 95);
  }
  const OneShotResult others = evaluate_one_shot(run, {.data = strangers});
  EXPECT_EQ(others.novel.size(), 4u);
  EXPECT_FALSE(others.base_top1.has_value());
}

TEST(Run, ABrokenTestPhotoCountsAsNotRecognised) {
  const fs::path data = pattern_folder("unread"), run = fresh_folder("unread_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  std::ofstream(data / "010" / "2.jpg", std::ios::trunc) << "not a photo";  // novel, not the one that enrols
  std::ofstream(data / "002" / "3.jpg", std::ios::trunc) << "not a photo";  // base, held out
  const OneShotResult r = evaluate_one_shot(run, {.data = data});
  EXPECT_EQ(r.novel.size(), 9u);
  EXPECT_EQ(r.base.size(), 9u);
  EXPECT_EQ(std::ranges::count_if(r.novel, [](const Recognition& p) { return !p.answered(); }), 1);
  EXPECT_EQ(std::ranges::count_if(r.base, [](const Recognition& p) { return !p.answered(); }), 1);
}

TEST(Run, EvaluationSaysWhomItTakesAsKnown) {
  const fs::path data = pattern_folder("takes"), out = fresh_folder("takes_out"), run = out / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  // Other people in folders and files of the same names.
  for (int identity = 0; identity < 12; ++identity) {
    const fs::path folder = out / "others" / fmt::format("{:03}", identity);
    fs::create_directories(folder);
    for (int p = 0; p < 4; ++p) write_jpeg(folder / fmt::format("{}.jpg", p), pattern(60 + identity, p), 70);
  }
  std::string said;
  EvaluateOptions options{.data = out / "others", .note = [&](const std::string& text) { said += text; }};
  const OneShotResult strangers = evaluate_one_shot(run, options);
  EXPECT_EQ(strangers.novel.size(), 36u);
  EXPECT_FALSE(strangers.base_top1.has_value());
  EXPECT_TRUE(contains(said, "0 of 12 identities are taken as known")) << said;
  options.known_by = KnownBy::names;
  EXPECT_EQ(evaluate_one_shot(run, options).novel.size(), 9u);
  options = {.data = data, .known_by = KnownBy::nothing};
  EXPECT_EQ(evaluate_one_shot(run, options).novel.size(), 36u);
}

TEST(Run, EvaluationTakesTheBestCheckpointOrTheLastAndSaysWhich) {
  const fs::path data = pattern_folder("which"), out = fresh_folder("which_out");
  std::string said;
  const auto evaluated = [&](const fs::path& run, const std::string& checkpoint) {
    said.clear();
    evaluate_one_shot(run, {.data = data, .checkpoint = checkpoint, .note = [&](const std::string& text) {
                              said += text;
                            }});
    return said.substr(0, said.find(".safetensors"));
  };
  train({.data = data, .run = out / "a", .config = tiny_config({"evaluate.every=5"}), .stop_after = 7});
  const std::string folder = (out / "a/checkpoints").string();
  EXPECT_EQ(evaluated(out / "a", best_or_last), "checkpoint " + folder + "/best");
  EXPECT_TRUE(contains(
      said,
      "figures on the photos that chose it are a little too good (--checkpoint last is the other one)"));
  EXPECT_EQ(evaluated(out / "a", "best"), "checkpoint " + folder + "/best");
  EXPECT_FALSE(contains(said, "too good")) << "it was asked for";
  EXPECT_EQ(evaluated(out / "a", "last"), "checkpoint " + folder + "/step-7");
  fs::resize_file(out / "a/checkpoints/best.safetensors", 5000);
  EXPECT_TRUE(contains(error_text<IoError>([&] { evaluated(out / "a", best_or_last); }),
                       "(--checkpoint last is the other one)"));
  train({.data = data, .run = out / "b", .config = tiny_config({"evaluate.every=0"})});
  EXPECT_EQ(evaluated(out / "b", best_or_last), "checkpoint " + (out / "b/checkpoints/step-10").string());
}

TEST(Run, ATableOfFamiliesThatLacksAPersonStopsNothing) {
  const fs::path data = pattern_folder("lacks"), run = fresh_folder("lacks_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  std::ofstream(data / "families.csv") << "identity,family\n000,0\n";
  std::string said;
  const OneShotResult r =
      evaluate_one_shot(run, {.data = data, .note = [&](const std::string& text) { said += text; }});
  EXPECT_EQ(r.novel.size(), 9u);
  EXPECT_FALSE(r.family.has_value());
  EXPECT_TRUE(contains(said, "no family for identity 001: errors within families are not counted")) << said;
}

TEST(Run, EvaluationRefusesABrokenTableOfIdentities) {
  const fs::path data = pattern_folder("table"), run = fresh_folder("table_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const fs::path table = run / "identities.tsv";
  const std::string text = bytes_of(table);
  const auto message = [&](const std::string& now) {
    std::ofstream(table, std::ios::trunc) << now;
    return error_text<IoError>([&] { evaluate_one_shot(run, {.data = data}); });
  };
  EXPECT_EQ(message(text), "no error");
  EXPECT_EQ(message(""), table.string() + ": is empty");
  // Cut short at the end of a line: the people of the training would count as new ones.
  EXPECT_EQ(message(text.substr(0, text.find('\n') + 1)),
            table.string() + ": has 1 base identities, but " +
                (run / "checkpoints" / "step-1.safetensors").string() + " was trained on 9");
  fs::remove(table);
  EXPECT_NE(error_text<IoError>([&] { evaluate_one_shot(run, {.data = data}); }).find(table.string()),
            std::string::npos);
}

TEST(Run, InitStartsFromAnotherRunsNetwork) {
  const fs::path data = pattern_folder("init"), out = fresh_folder("init_out");
  train({.data = data, .run = out / "a", .config = tiny_config()});
  train({.data = data,
         .run = out / "b",
         .config = tiny_config({"seed=7"}),
         .stop_after = 0,
         .init = out / "a" / "checkpoints" / "step-10.safetensors"});
  Network a = make_network(tiny_config()), b = make_network(tiny_config());
  Rng rng(0);
  a.initialise(rng);
  b.initialise(rng);
  load_network(out / "a" / "checkpoints" / "step-10.safetensors", a);
  load_network(out / "b" / "checkpoints" / "step-0.safetensors", b);
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    EXPECT_EQ(a.parameters()[i]->value.value().to_vector(), b.parameters()[i]->value.value().to_vector())
        << a.parameters()[i]->name;
  }
}

TEST(Run, ANetworkThatDoesNotFitIsRefusedAtOnce) {
  const fs::path data = pattern_folder("no_fit"), out = fresh_folder("no_fit_out");
  train({.data = data, .run = out / "a", .config = tiny_config(), .stop_after = 0});
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  const std::string why = error_text<IoError>([&] {
    train({.data = data,
           .run = out / "b",
           .config = tiny_config({"network.width=0.125"}),
           .init = out / "a/checkpoints/step-0.safetensors",
           .console = console.get()});
  });
  EXPECT_TRUE(contains(why, "stem.conv1.weight")) << why;
  EXPECT_TRUE(contains(why, "(it was trained with network.width = 0.0625, and here it is 0.125)")) << why;
  EXPECT_FALSE(contains(text_of(console.get()), "LSUV")) << "work for weights that are not used";
}

TEST(Run, PhotosInFoldersOfPeopleAreTold) {
  const fs::path above = fresh_folder("told_above"), out = fresh_folder("told_out");
  for (const char* set : {"celeb", "lfw", "mine"})
    fs::rename(pattern_folder(std::string("told_") + set), above / set);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  const Config config =
      tiny_config({"data.base_identities=all", "sampling.batch=4", "sampling.random_classes=1"});
  train({.data = above, .run = out / "run", .config = config, .stop_after = 0, .console = console.get()});
  EXPECT_TRUE(contains(text_of(console.get()),
                       "photos in 36 folders inside the folders of people (celeb/000, celeb/001, celeb/002, "
                       "celeb/003, celeb/004, ...) count as these people's; if " +
                           (above / "celeb").string() + " is a folder of people, name that one as DATA"))
      << text_of(console.get());
}

TEST(Run, BrokenPhotosAreReplacedAndTrainingGoesOn) {
  const fs::path data = pattern_folder("broken"), run = fresh_folder("broken_out") / "run";
  std::ofstream(data / "002" / "1.jpg") << "";
  EXPECT_EQ(train({.data = data, .run = run, .config = tiny_config()}).steps, 10);
}

TEST(Run, WhoHasOnlyWebPagesForPhotosIsLeftOut) {
  const fs::path data = pattern_folder("web_pages"), run = fresh_folder("web_pages_out") / "run";
  for (int p = 0; p < 4; ++p)
    std::ofstream(data / "004" / fmt::format("{}.jpg", p), std::ios::trunc) << "<html>404</html>";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  train({.data = data,
         .run = run,
         .config = tiny_config({"data.base_identities=8"}),
         .console = console.get()});
  EXPECT_TRUE(contains(text_of(console.get()),
                       "44 photos of 11 identities; left out: 1 person whose photos are all broken (004)"));
  EXPECT_EQ(evaluate_one_shot(run, {.data = data}).novel.size(), 9u);
}

TEST(Run, AnIdentityWithNoGoodPhotoIsNamed) {
  const fs::path data = pattern_folder("no_good"), run = fresh_folder("no_good_out") / "run";
  for (int p = 0; p < 3; ++p)
    std::ofstream(data / "004" / fmt::format("{}.jpg", p), std::ios::trunc) << "not a photo";
  const std::string text = error_text<std::exception>(
      [&] { train({.data = data, .run = run, .config = tiny_config({"steps=60"})}); });
  EXPECT_NE(text.find("004"), std::string::npos) << text;
}

TEST(Run, WithoutTestPhotosItTrainsAndSaysThatNothingIsEvaluated) {
  const fs::path data = pattern_folder("one_photo"), run = fresh_folder("one_photo_out") / "run";
  for (const char* name : {"009", "010", "011"}) {
    for (const char* photo : {"1.jpg", "2.jpg", "3.jpg"}) fs::remove(data / name / photo);
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  const Config config = tiny_config({"evaluate.every=1", "data.base_test_photos=0"});
  EXPECT_EQ(train({.data = data, .run = run, .config = config, .console = console.get()}).steps, 10);
  EXPECT_TRUE(contains(text_of(console.get()), "nothing is evaluated in training"));
  EXPECT_FALSE(fs::exists(run / "checkpoints" / "best.safetensors"));
  EXPECT_EQ(
      error_text<std::exception>([&] { evaluate_one_shot(run, {.data = data}); }),
      "[one-shot] there must be photos to test: a second photo of a novel identity, beside the one that "
      "enrols it, or of base identities those that were held out (data.base_test_photos), got none of 3 "
      "novel and 9 base identities");
}

// Of 12 people 2 have a single photo: they train and are not tested.
TEST(Run, WithoutNovelPeopleTheBasePhotosAreEvaluated) {
  const fs::path data = pattern_folder("all_base"), out = fresh_folder("all_base_out"), run = out / "run";
  for (const char* name : {"003", "007"}) {
    for (const char* photo : {"1.jpg", "2.jpg", "3.jpg"}) fs::remove(data / name / photo);
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  const Config config = tiny_config({"data.base_identities=all", "evaluate.every=4"});
  train({.data = data, .run = run, .config = config, .console = console.get()});
  const std::string said = text_of(console.get());
  EXPECT_TRUE(contains(said, "2 of 12 base identities have no more than data.base_test_photos = 1 photos"));
  EXPECT_TRUE(contains(said, "step 8: base top-1 "));
  const auto evaluations = [](const fs::path& of) {
    std::ifstream metrics(of / "metrics.jsonl");
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(metrics, line);) {
      if (line.find("base_top1") != std::string::npos) lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
  };
  ASSERT_EQ(evaluations(run).size(), 3u) << "after steps 4 and 8, and at the end";
  EXPECT_FALSE(evaluations(run)[0].contains("coverage_0.99"));
  EXPECT_EQ(best_score(run / "checkpoints" / "best.safetensors").value,
            std::max(evaluations(run)[0]["base_top1"].get<double>(),
                     evaluations(run)[1]["base_top1"].get<double>()));

  const OneShotResult scores = evaluate_one_shot(run, {.data = data});
  EXPECT_FALSE(scores.novel_top1.has_value());
  EXPECT_TRUE(scores.base_top1.has_value());
  EXPECT_EQ(scores.base.size(), 10u);

  // A run that was stopped after the evaluation and goes on has each of its lines once.
  train({.data = data, .run = out / "halves", .config = config, .stop_after = 4});
  train({.data = data, .run = out / "halves", .config = config, .resume = true});
  EXPECT_EQ(evaluations(out / "halves"), evaluations(run));
  EXPECT_TRUE(
      contains(error_text<std::exception>([&] {
                 train({.data = data, .run = out / "strict", .config = tiny_config({"data.strict=true"})});
               }),
               "[split] identity 003 has 1 photos"));
}

// The same keys decide in evaluations, whatever the folder has become.
TEST(Run, AnEvaluationReadsTheFolderAsTheTrainingDid) {
  const fs::path data = pattern_folder("same_keys"), out = fresh_folder("same_keys_out");
  for (const char* name : {"000", "010"}) {
    fs::create_directories(data / name / "more");
    write_jpeg(data / name / "more" / "9.jpg", pattern(10, 9), 95);
  }
  const auto novel_photos = [&](const char* nested) {
    const fs::path run = out / nested;
    train({.data = data,
           .run = run,
           .config = tiny_config({std::string("data.nested=") + nested}),
           .stop_after = 1});
    std::vector<std::string> notes;
    const OneShotResult r = evaluate_one_shot(
        run, {.data = data, .note = [&](const std::string& note) { notes.push_back(note); }});
    EXPECT_EQ(std::ranges::count(notes, "left out: 2 folders in identities' folders (000/more, 010/more)"),
              std::string(nested) == "false");
    EXPECT_TRUE(contains(notes.back(), "9 of 12 identities are taken as known"));
    return r.novel.size();
  };
  EXPECT_EQ(novel_photos("true"), 10u);
  EXPECT_EQ(novel_photos("false"), 9u);
  EXPECT_TRUE(contains(error_text<std::exception>([&] {
                         evaluate_ensemble({out / "true", out / "false"}, {.data = data});
                       }),
                       "[evaluate] runs must share data.nested, got true in "));
  // An older run's settings do not have the keys: the defaults decide.
  const fs::path config = out / "true" / "config.toml";
  std::string text = bytes_of(config);
  for (const char* line : {"nested = true\n", "strict = false\n"}) {
    ASSERT_NE(text.find(line), std::string::npos);
    text.erase(text.find(line), std::string_view(line).size());
  }
  std::ofstream(config, std::ios::trunc) << text;
  EXPECT_EQ(evaluate_one_shot(out / "true", {.data = data}).novel.size(), 10u);
  std::ofstream(config, std::ios::trunc) << text.replace(text.find("[data]\n"), 7, "[data]\nstrict = true\n");
  fs::create_directory(data / "empty");
  EXPECT_TRUE(contains(error_text<std::exception>([&] { evaluate_one_shot(out / "true", {.data = data}); }),
                       "data.strict = true refuses"));
}

TEST(Run, AnIdentityThatCannotBeEnrolledIsNamed) {
  const fs::path data = pattern_folder("enrol"), run = fresh_folder("enrol_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const auto complaint = [&](const std::string& side, const char* identity) {
    for (int p = 0; p < 4; ++p)
      std::ofstream(data / identity / fmt::format("{}.jpg", p), std::ios::trunc) << "\xFF\xD8\xFF, no photo";
    EXPECT_EQ(
        error_text<std::exception>(
            [&] { evaluate_one_shot(run, {.data = data, .known_by = KnownBy::names}); }),
        fmt::format("[one-shot] {} identity {} must have a photo that decodes to be enrolled, but {} does "
                    "not",
                    side, identity, (data / identity / "0.jpg").string()));
  };
  complaint("novel", "010");
  complaint("base", "003");
}

TEST(Run, VerificationNamesAMissingPhoto) {
  const fs::path data = pattern_folder("verify"), run = fresh_folder("verify_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const fs::path pairs = run / "pairs.txt";
  std::ofstream(pairs) << "2 1\nA\t1\t2\nA\t1\tB\t1\nA\t1\t2\nA\t1\tB\t1\n";
  const std::string text =
      error_text<std::exception>([&] { evaluate_verification(run, {.data = data}, pairs); });
  EXPECT_NE(text.find("A/A_0001.jpg"), std::string::npos) << text;
}

TEST(Run, EvaluationWithoutACheckpointSaysSo) {
  const fs::path data = pattern_folder("no_checkpoint"), run = fresh_folder("no_checkpoint_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const std::string expected = (run / "checkpoints").string() + ": there is no checkpoint";
  const auto evaluate = [&] {
    return error_text<std::exception>([&] { evaluate_one_shot(run, {.data = data}); });
  };
  fs::remove(run / "checkpoints" / "step-1.safetensors");
  EXPECT_EQ(evaluate(), expected);
  fs::remove_all(run / "checkpoints");
  EXPECT_EQ(evaluate(), expected) << "nor without the folder";
}

}  // namespace
}  // namespace dg
