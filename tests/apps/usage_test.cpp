// Command lines that are not understood, and the table of exit codes.
#include <regex>

#include "apps/exit_codes.h"
#include "tests/apps/program.h"

namespace dg {
namespace {

TEST(Usage, WhatIsMeantIsNamed) {
  const std::vector<std::pair<Words, std::string>> cases{
      {{"trian"}, "there is no subcommand trian; did you mean train?"},
      {{"eval", "runs/a", "people"}, "did you mean evaluate?"},
      {{"verify"}, "did you mean evaluate?"},
      {{"fit"}, "did you mean train?"},
      {{"help"}, "did you mean --help?"},
      {{"version"}, "did you mean --version?"},
      {{"xyzzy"}, "there is no subcommand xyzzy (doppel --help lists all)"},
      {{"bench", "stp"}, "doppel bench: there is no subcommand stp; did you mean step?"},
      {{"bench"}, "a subcommand is required: step, convolution, loader, mining or samplers"},
      {{"evaluate", "people"}, "RUN... DATA must be 2 or more, got 1"},
      {{"-V"}, "did you mean --version?"},
      {{"train", "people", "--epoch", "3"}, "did you mean --epochs?"},
      {{"train", "people", "lr=0.1"},
       "nothing more is expected, got lr=0.1; did you mean --set optim.rate=0.1?"},
      {{"train", "people", "--set", "optim.rate", "=", "0.1"}, "nothing more is expected, got ="},
      {{"train", "people", "more"}, "nothing more is expected, got more"},
      {{"train", "people", "--rnu", "r"}, "there is no option --rnu; did you mean --run?"},
      {{"train", "people", "--output", "r"}, "did you mean --run?"},
      {{"train", "people", "--run", "r", "--lr", "0.1"}, "did you mean --set optim.rate=...?"},
      {{"train", "people", "--run", "r", "--bs=27"},
       "there is no option --bs; did you mean --set sampling.batch=27?"},
      {{"train", "people", "--run", "r", "--batch_size", "27"}, "did you mean --set sampling.batch=...?"},
      {{"train", "people", "--run", "r", "--optim.rate=1"}, "did you mean --set optim.rate=1?"},
      {{"train", "people", "--run", "r", "--gpu"}, "did you mean --device?"},
      {{"train", "people", "--run", "r", "--config", "c"}, "did you mean --recipe?"},
      {{"evaluate", "r", "people", "--num_threads", "2"}, "did you mean --threads?"},
      {{"evaluate", "r", "people", "--lfw", "p"}, "did you mean --pairs?"},
      {{"evaluate", "r", "people", "--bs", "9"}, "there is no option --bs\n"},
      {{"evaluate", "r", "people", "--num-workers", "2"}, "did you mean --set data.workers=...?"},
      {{"faces", "f", "--people", "4"}, "did you mean --identities?"}};
  for (const auto& [words, message] : cases) {
    const Finished f = doppel(words);
    EXPECT_EQ(f.code, 2) << f.err;
    EXPECT_EQ(f.out, "");
    EXPECT_TRUE(contains(f.err, message));
  }
}

TEST(Usage, TheSecondLineSaysHowTheSubcommandIsUsed) {
  const Finished f = doppel({"classifier", "runs/mine"});
  EXPECT_EQ(f.err,
            "doppel classifier: DATA is required\n"
            "Usage: doppel classifier RUN DATA [OPTIONS]; doppel classifier --help says more\n");
}

TEST(Usage, NumbersOutOfRangeAreToldInShort) {
  const std::vector<std::pair<Words, std::string>> cases{
      {{"train", "d", "--run", "r", "--steps", "0"}, "--steps: must be at least 1, got 0"},
      {{"train", "d", "--run", "r", "--steps", "99999999999999999999"},
       "--steps: must be at most 9223372036854775807"},
      {{"train", "d", "--run", "r", "--seed", "-1"}, "--seed: must be at least 0, got -1"},
      {{"train", "d", "--run", "r", "--steps"}, "--steps: must have a value"},
      {{"faces", "f", "--photos", "3000000000"}, "--photos: 3000000000 is out of range"},
      {{"faces", "f", "--seed", "-1"}, "--seed: must be at least 0, got -1"},
      {{"faces", "f", "--spread", "inf"}, "--spread: must be a number, got inf"},
      {{"faces", "f", "--spread", "wide"}, "--spread: must be a number, got wide"},
      {{"faces", "f", "--spread", "11"}, "--spread: must be in 0..10, got 11"},
      {{"bench", "step", "--width", "0"}, "--width: must be above 0, got 0"},
      {{"bench", "loader", "--size", "8"}, "--size: must be in 16..1024, got 8"},
      {{"bench", "samplers", "--classes", "20000,3"}, "--classes: must be in 27..16777216, got 3"},
      {{"bench", "samplers", "--step-ms", "-1"}, "--step-ms: must be above 0, got -1"}};
  for (const auto& [words, message] : cases) {
    const Finished f = doppel(words);
    EXPECT_EQ(f.code, 2) << f.err;
    EXPECT_TRUE(contains(f.err, message));
    EXPECT_FALSE(std::regex_search(f.err, std::regex("[0-9]{21}"))) << f.err;
  }
}

TEST(ExitCodes, AreThoseOfTheTable) {
  const fs::path data = pattern_folder("codes"), out = fresh_folder("codes_out");
  EXPECT_EQ(doppel({"train", "--help"}).code, 0);
  EXPECT_EQ(doppel(train_words(data, out / "a", {"--stop-after", "1"})).code, 0);
  EXPECT_EQ(doppel(train_words(data / "none", out / "b")).code, 1);
  EXPECT_EQ(doppel(train_words(data, out / "b", {"--set", "steps=0"})).code, 1);
  EXPECT_EQ(doppel({"evaluate", (out / "none").string(), data.string()}).code, 1);
  const std::string run = (out / "a").string();
  for (const Words& words :
       std::vector<Words>{{},
                          {"tarin"},
                          {"train"},
                          {"train", data.string(), "--run", run, "--steps"},
                          {"train", data.string(), "--run", run, "--device", "abacus"},
                          {"train", data.string(), "--run", run, "more"},
                          {"evaluate", run, data.string(), "--all-novel", "--known-names"},
                          {"evaluate", run, data.string(), "--protocol", "verification"},
                          {"evaluate", run, data.string(), "--set", "test"}}) {
    EXPECT_EQ(doppel(words).code, 2);
  }
  EXPECT_EQ(doppel(train_words(data, out / "c",
                               {"--set", "guard.collapse_cosine=-1", "--set", "guard.collapse_steps=3"}))
                .code,
            3);
  Program training(train_words(data, out / "d", {"--steps", "1000000"}));
  ASSERT_TRUE(training.wait_for([&] { return fs::exists(out / "d" / "metrics.jsonl"); }));
  training.send(SIGINT);
  EXPECT_EQ(training.finish().code, 130);
}

// The table of docs/commands.md is the program's.
TEST(ExitCodes, AreDocumented) {
  const std::string page = file_text(fs::path(DG_SOURCE_DIR) / "docs/commands.md");
  for (const ExitCode& code : exit_codes)
    EXPECT_TRUE(contains(page, fmt::format("| {} | {} |", code.code, code.what)));
}

}  // namespace
}  // namespace dg
