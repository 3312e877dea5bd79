// Whole runs on a tiny data set.
#include "training/run/train_run.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "console.h"
#include "error_text.h"
#include "training/checkpoint.h"
#include "training/run/evaluate_run.h"
#include "training/tiny_run.h"
#include "training/tiny_trainer.h"

namespace dg {
namespace {

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
  const Console console;
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
  const Console console;
  const std::string why = error_text<IoError>([&] {
    train({.data = data,
           .run = out / "b",
           .config = tiny_config({"network.width=0.125"}),
           .init = out / "a/checkpoints/step-0.safetensors",
           .console = console.get()});
  });
  EXPECT_TRUE(contains(why, "stem.conv1.weight")) << why;
  EXPECT_TRUE(contains(why, "(it was trained with network.width = 0.0625, and here it is 0.125)")) << why;
  EXPECT_FALSE(contains(console.text(), "LSUV")) << "work for weights that are not used";
}

TEST(Run, ANetworkOfAnotherInputIsTold) {
  const fs::path data = pattern_folder("other_input"), out = fresh_folder("other_input_out");
  train({.data = data, .run = out / "a", .config = tiny_config(), .stop_after = 0});
  const Console console;
  train({.data = data,
         .run = out / "b",
         .config = tiny_config({"network.input=25"}),
         .stop_after = 0,
         .init = out / "a/checkpoints/step-0.safetensors",
         .console = console.get()});
  EXPECT_TRUE(contains(console.text(), "was trained with network.input = 24, and here it is 25"))
      << console.text();
}

TEST(Run, ANewRunThatFailsAtOnceLeavesNoFolder) {
  const fs::path data = pattern_folder("no_trace"), out = fresh_folder("no_trace_out");
  std::ofstream(out / "no.safetensors") << "no checkpoint";
  TrainOptions o{.data = data,
                 .run = out / "runs/a-1",
                 .named_by_itself = true,
                 .config = tiny_config(),
                 .init = out / "no.safetensors"};
  EXPECT_NE(error_text<IoError>([&] { train(o); }), "");
  EXPECT_FALSE(fs::exists(out / "runs"));
  fs::create_directories(out / "mine");
  std::ofstream(out / "mine/notes.txt") << "kept";
  o.run = out / "mine";
  o.named_by_itself = false;
  EXPECT_NE(error_text<IoError>([&] { train(o); }), "");
  EXPECT_TRUE(fs::exists(out / "mine/notes.txt"));
}

TEST(Run, TwoTrainingsThatChoseOneNameGetTwoFolders) {
  const fs::path data = pattern_folder("one_name"), out = fresh_folder("one_name_out");
  const TrainOptions o{.data = data,
                       .run = out / "one_name-1",
                       .named_by_itself = true,
                       .config = tiny_config(),
                       .stop_after = 0};
  EXPECT_EQ(train(o).run, out / "one_name-1");
  EXPECT_EQ(train(o).run, out / "one_name-2");
}

TEST(Run, PhotosInFoldersOfPeopleAreTold) {
  const fs::path above = fresh_folder("told_above"), out = fresh_folder("told_out");
  for (const char* set : {"celeb", "lfw", "mine"})
    fs::rename(pattern_folder(std::string("told_") + set), above / set);
  const Console console;
  const Config config =
      tiny_config({"data.base_identities=all", "sampling.batch=4", "sampling.random_classes=1"});
  train({.data = above, .run = out / "run", .config = config, .stop_after = 0, .console = console.get()});
  EXPECT_TRUE(contains(console.text(),
                       "photos in 36 folders inside the folders of people (celeb/000, celeb/001, celeb/002, "
                       "celeb/003, celeb/004, ...) count as these people's; if " +
                           (above / "celeb").string() + " is a folder of people, name that one as DATA"))
      << console.text();
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
  const Console console;
  train({.data = data,
         .run = run,
         .config = tiny_config({"data.base_identities=8"}),
         .console = console.get()});
  EXPECT_TRUE(contains(console.text(),
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

}  // namespace
}  // namespace dg
