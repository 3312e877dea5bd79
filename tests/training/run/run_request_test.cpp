#include "training/run/run_request.h"

#include <gtest/gtest.h>

#include "console.h"
#include "tests/error_text.h"
#include "tests/interop/files.h"
#include "training/run/data_path.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

// A run of three steps on `data`, with all that a finished run has.
fs::path finished_run(const std::string& name, const fs::path& data, std::vector<std::string> settings = {}) {
  const fs::path run = fresh_folder(name);
  const Console console;
  settings.push_back("steps=3");
  train({.data = data, .run = run, .config = tiny_config(settings), .console = console.get()});
  return run;
}

TEST(RunRequest, ANewRunHasTheSettingsThatAreGiven) {
  const TrainOptions o = prepare({.data = "DATA", .run = "RUN", .settings = {"steps=7", "optim.rate=0.1"}});
  EXPECT_EQ(o.data, "DATA");
  EXPECT_EQ(o.run, "RUN");
  EXPECT_EQ(o.config.steps, 7);
  ASSERT_TRUE(o.given.has_value());
  EXPECT_EQ(*o.given, (std::set<std::string>{"steps", "optim.rate"}));
  EXPECT_FALSE(o.resume);
}

TEST(RunRequest, ARunWithoutACheckpointBeginsAgainWithTheNetworkThatItBeganWith) {
  const fs::path data = pattern_folder("init_data"), first = finished_run("init_first", data),
                 checkpoint = first / "checkpoints" / "step-3.safetensors", run = fresh_folder("init_second");
  const auto trained = [&](const TrainOptions& options) {
    train(options);
    return read_all(run / "checkpoints" / "step-3.safetensors");
  };
  const std::string with =
      trained({.data = data, .run = run, .config = tiny_config({"steps=3"}), .init = checkpoint});
  EXPECT_EQ(stored_init_path(run), checkpoint);
  fs::remove_all(run / "checkpoints");
  EXPECT_TRUE(trained(prepare({.run = run, .resume = true})) == with);
  fs::remove_all(run / "checkpoints");
  fs::remove(run / "init.txt");
  EXPECT_FALSE(trained(prepare({.run = run, .resume = true})) == with) << "without the file it is forgotten";
  EXPECT_TRUE(contains(error_text<IoError>([&] { prepare({.data = data, .init = run / "no"}); }),
                       "there is no such file, or folder of a run (--init)"));
}

TEST(RunRequest, FoldersNameThemselves) {
  const fs::path parent = fresh_folder("own_names");
  fs::create_directories(parent / "people-1");
  write_all(parent / "people-2", "not even a folder");
  fs::create_directories(parent / "people");
  EXPECT_EQ(next_run_folder(parent / "people", parent), parent / "people-3");
  EXPECT_EQ(next_run_folder(parent / "people/", parent), parent / "people-3");
  write_all(parent / "people/dataset.toml", "");
  EXPECT_EQ(next_run_folder(parent / "people/dataset.toml", parent), parent / "people-3");
}

TEST(RunRequest, WhoStandsInTheirPhotosGetsRunsBesideThem) {
  const fs::path parent = fresh_folder("inside"), before = fs::current_path();
  fs::create_directories(parent / "people/ann");
  for (const fs::path& here : {parent / "people", parent / "people/ann"}) {
    fs::current_path(here);
    const fs::path run = next_run_folder(here == parent / "people" ? "." : "..");
    EXPECT_EQ(fs::weakly_canonical(run), fs::weakly_canonical(parent / "runs/people-1"));
  }
  fs::current_path(parent);
  EXPECT_EQ(next_run_folder("people"), fs::path("runs/people-1"));
  fs::current_path(before);
}

TEST(RunRequest, AllWrongSettingsOfARecipeAndTheCommandLineAreNamed) {
  const fs::path recipe = fresh_folder("wrong_recipe") / "mine.toml";
  write_all(recipe, "[sampling]\nbatch = -1\n[optim]\nrate = \"a\"\n");
  const std::string why = error_text<Error>([&] {
    prepare({.data = "DATA", .run = "RUN", .recipe = recipe, .settings = {"loss.margin=-1", "nosuch=1"}});
  });
  for (const char* part : {"sampling.batch", "optim.rate", "loss.margin", "nosuch"})
    EXPECT_TRUE(contains(why, part)) << why;
}

TEST(RunRequest, EpochsOfARunThatGoesOnMustBeItsSteps) {
  const fs::path data = pattern_folder("epochs_data"), run = finished_run("epochs_run", data);
  // 27 photos to train on, in batches of 12: an epoch is 2.25 steps.
  const auto goes_on = [&](const std::string& epochs) {
    return train(prepare({.run = run, .settings = {"epochs=" + epochs}, .resume = true})).steps;
  };
  EXPECT_EQ(goes_on("1"), 3);
  EXPECT_EQ(error_text<Error>([&] { goes_on("2"); }),
            "[train] epochs = 2 are 5 steps, and the run that goes on began with 3; --extend N adds N steps "
            "at its end");
}

TEST(RunRequest, APathOfSeveralLinesIsRefused) {
  EXPECT_EQ(error_text<Error>([&] { prepare({.data = "two\nlines"}); }),
            "[train] the path of DATA must be one line, because the run keeps it as one, got two\nlines");
}

TEST(RunRequest, ARunIsNoData) {
  const fs::path run = finished_run("no_data", pattern_folder("no_data_data"));
  EXPECT_EQ(
      error_text<Error>([&] { prepare({.data = run}); }),
      fmt::format("[train] DATA must be a folder of photos, and {} is a run; to go on with it: --resume {}",
                  run.string(), run.string()));
}

TEST(RunRequest, ARunThatGoesOnNeedsNothingElse) {
  const fs::path data = pattern_folder("goes_on_data"),
                 run = finished_run("goes_on", data, {"optim.rate=0.01"});
  TrainOptions o = prepare({.run = run, .resume = true});
  EXPECT_EQ(o.data, data);
  EXPECT_TRUE(o.resume);
  EXPECT_FALSE(o.given.has_value());
  EXPECT_EQ(differences(o.config, tiny_config({"steps=3", "optim.rate=0.01"})), std::vector<std::string>{});
  o = prepare({.run = run, .settings = {"log.every=2"}, .resume = true});
  EXPECT_EQ(o.config.log.every, 2);
  EXPECT_EQ(o.config.optim.rate, 0.01);
  EXPECT_EQ(prepare({.data = "elsewhere", .run = run, .resume = true}).data, "elsewhere");
  fs::rename(data, data.string() + "_moved");
  EXPECT_EQ(
      error_text<IoError>([&] { prepare({.run = run, .resume = true}); }),
      data.string() + ": the data of " + run.string() + " were there; --data DIR says where they are now");
  fs::remove(run / "data.txt");
  EXPECT_TRUE(contains(error_text<Error>([&] { prepare({.run = run, .resume = true}); }), "add --data DIR"));
}

TEST(RunRequest, OfStepsAndEpochsTheLastWordCounts) {
  const fs::path recipe = fresh_folder("steps_recipe") / "r.toml";
  write_all(recipe, "steps = 70\n");
  TrainOptions o = prepare({.data = "DATA", .run = "RUN", .recipe = recipe, .settings = {"epochs=2"}});
  EXPECT_EQ(o.config.epochs, 2);
  EXPECT_FALSE(o.given->contains("steps"));
  write_all(recipe, "epochs = 2\n");
  o = prepare({.data = "DATA", .run = "RUN", .recipe = recipe, .settings = {"steps=70"}});
  EXPECT_EQ(o.config.epochs, 0);
  EXPECT_EQ(o.config.steps, 70);
}

TEST(RunRequest, WhatIsMissingIsSaid) {
  const fs::path empty = fresh_folder("no_run_here");
  EXPECT_EQ(error_text<Error>([] { prepare({}); }), "[train] required DATA, got none");
  EXPECT_EQ(error_text<Error>([] { prepare({.data = "DATA", .resume = true}); }),
            "[train] required the folder of the run to go on with (--resume RUN), got none");
  EXPECT_EQ(error_text<Error>([&] { prepare({.run = empty, .resume = true}); }),
            "[train] --resume goes on with a run, but there is none in " + empty.string());
  EXPECT_EQ(error_text<Error>([&] { prepare({.data = "DATA", .run = empty, .extend = 5}); }),
            "[train] --extend goes on with a run, but there is none in " + empty.string());
}

TEST(RunRequest, AnExtensionGoesOnAfterTheEnd) {
  const fs::path data = pattern_folder("extend_data"), run = finished_run("extend", data);
  TrainOptions o = prepare({.run = run, .extend = 4});
  EXPECT_EQ(o.config.steps, 7);
  EXPECT_EQ(o.config.optim.extended_at, std::vector<std::int64_t>{3});
  const Console console;
  o.console = console.get();
  o.stop_after = 5;  // and is interrupted
  EXPECT_EQ(train(o).steps, 5);
  TrainOptions again = prepare({.run = run, .resume = true});
  again.console = console.get();
  EXPECT_EQ(again.config.steps, 7);
  EXPECT_EQ(train(again).steps, 7);

  // The same bits as an extension that nothing interrupted.
  const fs::path other = finished_run("extend_other", data);
  TrainOptions whole = prepare({.run = other, .extend = 4});
  whole.console = console.get();
  train(whole);
  EXPECT_TRUE(bytes_of(run / "checkpoints/step-7.safetensors") ==
              bytes_of(other / "checkpoints/step-7.safetensors"));
  EXPECT_EQ(error_text<Error>([&] { prepare({.run = run, .extend = 1'000'000'000}); }),
            "[train] --extend 1000000000 after 7 steps are more than 1000000000 in all");
  EXPECT_EQ(prepare({.run = run, .extend = 1}).config.optim.extended_at, (std::vector<std::int64_t>{3, 7}));
}

TEST(RunRequest, ANetworkComesWithItsSettings) {
  const fs::path data = pattern_folder("init_data"), run = finished_run("init_run", data);
  const TrainOptions o = prepare({.data = data, .run = "RUN", .settings = {"steps=2"}, .init = run});
  EXPECT_EQ(o.config.network.width, 0.0625);
  EXPECT_EQ(o.config.network.blocks, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(o.config.sampling.batch, Config().sampling.batch) << "nothing but the network";
  EXPECT_EQ(o.init, run / "checkpoints/step-3.safetensors");
  EXPECT_TRUE(o.given->contains("network.width"));
}

}  // namespace
}  // namespace dg
