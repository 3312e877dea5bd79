// doppel demo replaces its own runs and nothing else.
#include "tests/apps/program.h"

namespace dg {
namespace {

// The least that both arms can be trained with: 27 classes in a batch.
Words demo_words(const fs::path& folder, const Words& more) {
  Words words{
      "demo", folder.string(), "--base", "30",       "--novel",
      "3",    "--photos",      "4",      "--recipe", std::string(DG_SOURCE_DIR) + "/experiments/demo.toml"};
  for (const char* setting : {"steps=2", "network.input=16", "network.width=0.0625", "network.embedding=4",
                              "init.lsuv_images=8", "evaluate.every=0", "optim.warmup=0"})
    words.insert(words.end(), {"--set", setting});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Finished demo(const fs::path& folder, const Words& more = {}) { return doppel(demo_words(folder, more)); }

TEST(Demo, ReplacesItsOwnRunsAndNothingElse) {
  const fs::path folder = fresh_folder("demo_out") / "demo";
  const Finished first = demo(folder);
  ASSERT_EQ(first.code, 0) << first.err;
  const std::string summary = file_text(folder / "summary.json");
  std::ofstream(folder / "random" / "notes.txt") << "mine";
  std::ofstream(folder / "random" / "checkpoints" / "best.txt") << "mine";
  const Finished again = demo(folder);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(file_text(folder / "random" / "notes.txt"), "mine");
  EXPECT_EQ(file_text(folder / "random" / "checkpoints" / "best.txt"), "mine");
  EXPECT_TRUE(contains(summary, "novel_top1"));
}

TEST(Demo, AStopIsSavedAndTheSameCommandGoesOn) {
  const fs::path folder = fresh_folder("demo_stop") / "demo";
  const Words words = demo_words(folder, {"--set", "steps=100000", "--set", "log.every=1"});
  const auto all_logs_hold = [&](const char* file, const char* text) {
    return contains(file_text(folder / (std::string("random") + file)), text) &&
           contains(file_text(folder / (std::string("doppelganger") + file)), text);
  };
  for (const bool again : {false, true}) {
    Program running(words);
    ASSERT_TRUE(running.wait_for([&] {
      return all_logs_hold("/metrics.jsonl", "\n") && (!again || all_logs_hold(".log", "resumed from"));
    })) << running.finish().err;
    running.send(again ? SIGTERM : SIGINT);
    const Finished f = running.finish();
    EXPECT_EQ(f.code, 130) << f.err;
    EXPECT_TRUE(contains(f.err, "are saved; the same command goes on")) << f.err;
  }
  // With other people, or other settings, it begins anew.
  EXPECT_EQ(demo(folder).code, 0);
  EXPECT_FALSE(all_logs_hold(".log", "resumed from"));
}

TEST(Demo, WhatItHasNotMadeIsInItsWay) {
  for (const char* name : {"random/checkpoints/step-7.safetensors", "doppelganger/notes.txt", "random.log"}) {
    const fs::path folder = fresh_folder("demo_foreign") / "demo", file = folder / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "mine";
    const Finished f = demo(folder);
    EXPECT_EQ(f.code, 1);
    EXPECT_TRUE(contains(f.err, "made it")) << f.err;
    EXPECT_EQ(files_in(folder), Words{name});
    EXPECT_EQ(file_text(file), "mine");
  }
}

TEST(Demo, ARunThatTookThePlaceOfItsOwnIsLeftAlone) {
  const fs::path folder = fresh_folder("demo_link") / "demo", other = folder.parent_path() / "other";
  ASSERT_EQ(demo(folder).code, 0);
  fs::rename(folder / "random", other);
  fs::create_directory_symlink(other, folder / "random");
  const Finished linked = demo(folder);
  EXPECT_EQ(linked.code, 1);
  EXPECT_TRUE(contains(linked.err, "no demo made it")) << linked.err;
  EXPECT_TRUE(fs::exists(other / "checkpoints" / "step-2.safetensors"));
  fs::remove(folder / "random");
  fs::create_directories(folder / "random");  // without the demo's mark
  EXPECT_EQ(demo(folder).code, 1);
}

TEST(Demo, BadSettingsAreNamedBeforeAnythingIsMade) {
  const fs::path folder = fresh_folder("demo_bad") / "demo";
  const Finished f = demo(folder, {"--set", "optim.rate=-1"});
  EXPECT_EQ(f.code, 1);
  EXPECT_TRUE(contains(f.err, "optim.rate")) << f.err;
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace dg
