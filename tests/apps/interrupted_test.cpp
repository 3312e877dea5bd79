// Training that ends early: by a signal, by a guard, by a disk that is full.
#include "tests/apps/program.h"

namespace dg {
namespace {

class Interrupted : public testing::TestWithParam<int> {};

TEST_P(Interrupted, TrainingSavesACheckpointThatEvaluates) {
  const fs::path data = pattern_folder("cli_signal"), run = fresh_folder("cli_signal_out") / "run";
  Program training(train_words(data, run, {"--steps", "1000000"}));
  ASSERT_TRUE(training.wait_for([&] { return contains(file_text(run / "metrics.jsonl"), "\n"); }))
      << training.finish().err;
  training.send(GetParam());
  const Finished f = training.finish();
  EXPECT_EQ(f.code, 130) << f.err;
  EXPECT_EQ(f.out.rfind("stopped after", 0), 0u) << f.out;
  const Words files = files_in(run / "checkpoints");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_TRUE(contains(f.out, files[0]));
  const Finished score = doppel({"evaluate", run.string(), data.string(), "--json", "-", "--threads", "1"});
  EXPECT_EQ(score.code, 0) << score.err;
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted,
                         testing::Values(SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGXCPU),
                         [](const auto& i) { return std::string(sigabbrev_np(i.param)); });

// A service manager sends both, one right after the other.
TEST(Signals, ATerminationAndAHangUpSaveOnce) {
  const fs::path data = pattern_folder("cli_both"), run = fresh_folder("cli_both_out") / "run";
  Program training(train_words(data, run, {"--steps", "1000000"}));
  ASSERT_TRUE(training.wait_for([&] { return contains(file_text(run / "metrics.jsonl"), "\n"); }));
  training.send(SIGTERM);
  training.send(SIGHUP);
  EXPECT_EQ(training.finish().code, 130);
  EXPECT_EQ(files_in(run / "checkpoints").size(), 1u);
}

TEST(Signals, AReaderThatWentAwayIsIgnored) {
  const fs::path data = pattern_folder("cli_pipe"), run = fresh_folder("cli_pipe_out") / "run";
  Program training(train_words(data, run, {"--steps", "300"}));
  ASSERT_TRUE(training.wait_for([&] { return contains(file_text(run / "metrics.jsonl"), "\n"); }));
  training.send(SIGPIPE);
  EXPECT_EQ(training.finish().code, 0);
}

TEST(TwoRuns, TheSecondIsRefusedWithTheFirstsNumber) {
  const fs::path data = pattern_folder("cli_two"), run = fresh_folder("cli_two_out") / "run";
  Program training(train_words(data, run, {"--steps", "1000000"}));
  ASSERT_TRUE(training.wait_for([&] { return contains(file_text(run / "metrics.jsonl"), "\n"); }));
  const std::string config = file_text(run / "config.toml");
  for (const Words& more : {Words{"--seed", "7"}, Words{"--resume"}}) {
    const Finished second = doppel(train_words(data, run, more));
    EXPECT_EQ(second.code, 1);
    EXPECT_TRUE(contains(second.err, "holds it and still runs"));
    EXPECT_TRUE(contains(second.err, (run / "lock").string() + ": process "));
  }
  EXPECT_EQ(file_text(run / "config.toml"), config);
  training.send(SIGINT);
  EXPECT_EQ(training.finish().code, 130);
}

class Guarded : public testing::TestWithParam<std::pair<const char*, Words>> {};

TEST_P(Guarded, TrainingThatFailsSavesACheckpointAndSaysWhy) {
  const fs::path data = pattern_folder("cli_guard"), run = fresh_folder("cli_guard_out") / "run";
  const auto& [setting, messages] = GetParam();
  const Finished f = doppel(train_words(
      data, run,
      {"--steps", "200", "--set", setting, "--set", "optim.clip_norm=0", "--set", "guard.collapse_steps=3"}));
  EXPECT_EQ(f.code, 3);
  EXPECT_EQ(f.out, "");
  for (const std::string& message : messages) EXPECT_TRUE(contains(f.err, message));
  EXPECT_EQ(files_in(run / "checkpoints").size(), 1u);
  EXPECT_TRUE(fs::exists(run / "metrics.csv"));
}

INSTANTIATE_TEST_SUITE_P(Guards, Guarded,
                         testing::Values(std::pair{"optim.rate=1e30", Words{"finite", "step", ".jpg"}},
                                         std::pair{"guard.collapse_cosine=-1", Words{"collapsed", "step"}}),
                         [](const auto& i) { return i.index == 0 ? "NotFinite" : "Collapsed"; });

TEST(Guards, WeightsThatAreTooLargeExitWithThreeWhetherOrNotAnEvaluationComesFirst) {
  const fs::path data = pattern_folder("cli_large");
  for (const char* every : {"evaluate.every=0", "evaluate.every=1"}) {
    const fs::path run = fresh_folder("cli_large_out") / "run";
    const Finished f =
        doppel(train_words(data, run,
                           {"--steps", "50", "--set", "loss.margin=1e30", "--set", "loss.margin_start=3",
                            "--set", "optim.clip_norm=0", "--set", every}));
    EXPECT_EQ(f.code, 3) << f.err;
    EXPECT_TRUE(contains(f.err, "finite"));
    EXPECT_TRUE(contains(f.err, ".jpg"));
  }
}

TEST(FullDisk, TheOldCheckpointSurvivesAndThePathIsNamed) {
  const fs::path data = pattern_folder("cli_full"), run = fresh_folder("cli_full_out") / "run";
  const fs::path old = run / "checkpoints" / "step-300.safetensors";
  // Room for the configuration and one line of metrics, not for the weights.
  Program training(train_words(data, run, {"--steps", "300", "--set", "log.every=1000"}), 16384);
  ASSERT_TRUE(training.wait_for([&] { return fs::exists(run / "metrics.jsonl"); })) << training.finish().err;
  std::ofstream(old) << "an older checkpoint";
  const Finished f = training.finish();
  EXPECT_GT(f.code, 0);
  EXPECT_EQ(f.out, "");
  EXPECT_TRUE(contains(f.err, old.string() + ": cannot be written"));
  EXPECT_EQ(file_text(old), "an older checkpoint");
  EXPECT_EQ(files_in(run / "checkpoints"), Words{"step-300.safetensors"});
}

}  // namespace
}  // namespace dg
