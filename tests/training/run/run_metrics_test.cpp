#include "training/run/run_metrics.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "console.h"
#include "training/tiny_trainer.h"

namespace dg {
namespace {

using Line = nlohmann::json;

// The lines of metrics.jsonl.
std::vector<Line> lines_of(const fs::path& run) {
  std::vector<Line> lines;
  std::ifstream in(run / "metrics.jsonl");
  for (std::string line; std::getline(in, line);) lines.push_back(Line::parse(line));
  return lines;
}

TEST(RunMetrics, RatesAndSharesAreThoseOfTheTimeSinceTheLineBefore) {
  const fs::path run = fresh_folder("run_metrics");
  TinyTrainer tiny(pattern_folder("run_metrics_data"), tiny_config());
  Trainer& trainer = tiny.trainer;
  trainer.initialise();
  const Console console;
  StatusLine status(console.get());
  RunLog log(run, status);
  RunMetrics metrics(tiny.config, 27, trainer.losses());
  const Profile profile;
  const auto steps = [&](int count) {
    for (int i = 0; i < count; ++i) metrics.add(trainer.step());
  };

  metrics.start(0, 0);
  steps(3);
  metrics.trained_for(1.5);
  const double sampled = trainer.seconds_sampling(), waited = trainer.seconds_waited_for_photos();
  EXPECT_GT(sampled, 0);
  metrics.write(log, trainer, profile, 2);  // 3 steps in 2 seconds
  steps(2);
  metrics.trained_for(0.25);
  const double sampled_then = trainer.seconds_sampling(), waited_then = trainer.seconds_waited_for_photos();
  metrics.write(log, trainer, profile, 2.5);  // 2 steps in half a second

  const std::vector<Line> lines = lines_of(run);
  ASSERT_EQ(lines.size(), 2u);
  const auto number = [&](std::size_t line, const char* key) { return lines[line].at(key).get<double>(); };
  EXPECT_EQ(number(0, "step"), 3);
  EXPECT_EQ(number(1, "step"), 5);
  EXPECT_NEAR(number(0, "images_per_second"), 3 * 12 / 2.0, 1e-9);
  EXPECT_NEAR(number(1, "images_per_second"), 2 * 12 / 0.5, 1e-9);
  EXPECT_NEAR(number(0, "sampler_ms"), 1e3 * sampled / 3, 1e-9);
  EXPECT_NEAR(number(1, "sampler_ms"), 1e3 * (sampled_then - sampled) / 2, 1e-9);
  EXPECT_NEAR(number(0, "sampler_share"), sampled / 2, 1e-12);
  EXPECT_NEAR(number(1, "sampler_share"), (sampled_then - sampled) / 0.5, 1e-12);
  EXPECT_NEAR(number(0, "input_wait"), waited / 2, 1e-12);
  EXPECT_NEAR(number(1, "input_wait"), (waited_then - waited) / 0.5, 1e-12);
  EXPECT_NEAR(number(0, "input_bound"), waited / 1.5, 1e-12);
  EXPECT_NEAR(number(1, "input_bound"), waited_then / 1.75, 1e-12);
}

TEST(RunMetrics, ProgressCountsEpochsAndTheSpeedOfTheLastSeconds) {
  TinyTrainer tiny(pattern_folder("run_metrics_progress"), tiny_config());
  RunMetrics metrics(tiny.config, 27, tiny.trainer.losses());
  metrics.start(0, 100);
  StepResult step{.parts = {1, 0, 0}};
  step.total = 4;
  step.pairs.negative.violating = 0.5;
  metrics.add(step);
  StepProgress p = metrics.progress(1, 102, 10);  // 12 images in 2 seconds
  EXPECT_EQ(p.step, 1);
  EXPECT_EQ(p.steps, 10);
  EXPECT_NEAR(p.epoch, 12.0 / 27, 1e-12);
  EXPECT_NEAR(p.loss, 4, 1e-12);
  EXPECT_EQ(p.violating, 0.5);
  EXPECT_NEAR(p.images_per_second, 6, 1e-9);
  EXPECT_EQ(p.elapsed, 2);
  EXPECT_NEAR(p.left, 9 * 12 / 6.0, 1e-9);
  step.total = 2;
  step.pairs.negative.violating = 0;
  metrics.add(step);
  p = metrics.progress(2, 104, 10);
  EXPECT_NEAR(p.images_per_second, 6, 1e-9) << "counted anew after five seconds";
  EXPECT_NEAR(p.loss, (0.98 * 4 + 2) / 1.98, 1e-9);
  EXPECT_EQ(p.violating, 0.25);
  EXPECT_NEAR(metrics.progress(6, 106, 10).images_per_second, 12, 1e-9);  // 6 steps in 6 seconds
  EXPECT_NEAR(metrics.progress(9, 112, 10).images_per_second, 6, 1e-9);   // 3 in 6
  EXPECT_NEAR(metrics.progress(9, 112, 10).left, 2, 1e-9);
}

TEST(RunMetrics, WhatIsRecentIsAQuarterOfAShortSchedule) {
  EXPECT_EQ(recent_steps(10), 50);
  EXPECT_EQ(recent_steps(1000), 250);
  EXPECT_EQ(recent_steps(2000), 500);
  EXPECT_EQ(recent_steps(1'000'000), 500);
  TinyTrainer tiny(pattern_folder("run_metrics_recent"), tiny_config({"steps=240"}));
  RunMetrics metrics(tiny.config, 27, tiny.trainer.losses());
  for (int i = 1; i <= 240; ++i) metrics.add({.parts = {static_cast<double>(i), 0, 0}});
  EXPECT_EQ(metrics.prototype_loss(), (181 + 240) / 2.0) << "of the last 60";
}

TEST(RunMetrics, AResumedRunCountsFromWhereItGoesOn) {
  const fs::path run = fresh_folder("run_metrics_resumed");
  TinyTrainer tiny(pattern_folder("run_metrics_resumed_data"), tiny_config());
  Trainer& trainer = tiny.trainer;
  trainer.initialise();
  const Console console;
  StatusLine status(console.get());
  RunLog log(run, status);
  RunMetrics metrics(tiny.config, 27, trainer.losses());
  for (int i = 0; i < 4; ++i) metrics.add(trainer.step());
  metrics.start(3, 5);
  metrics.write(log, trainer, Profile(), 5.5);
  EXPECT_NEAR(lines_of(run).at(0).at("images_per_second").get<double>(), 1 * 12 / 0.5, 1e-9);
}

}  // namespace
}  // namespace dg
