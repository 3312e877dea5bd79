#include "training/run/run_metrics.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

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
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  RunLog log(run, 10, {.console = console.get(), .progress = RunLogOptions::Progress::on});
  RunMetrics metrics(12, trainer.losses());
  const Profile profile;
  const auto steps = [&](int count) {
    for (int i = 0; i < count; ++i) metrics.add(trainer.step());
  };

  metrics.start(0, 0);
  steps(3);
  metrics.trained_for(1.5);
  const double sampled = trainer.seconds_sampling(), waited = trainer.seconds_waited_for_photos();
  EXPECT_GT(sampled, 0);
  metrics.write(log, trainer, profile, 2, 10);  // 3 steps in 2 seconds, 7 are left
  steps(2);
  metrics.trained_for(0.25);
  const double sampled_then = trainer.seconds_sampling(), waited_then = trainer.seconds_waited_for_photos();
  metrics.write(log, trainer, profile, 2.5, 10);  // 2 steps in half a second, 5 are left

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

  std::string printed;
  std::rewind(console.get());
  for (int c; (c = std::fgetc(console.get())) != EOF;) printed += static_cast<char>(c);
  // 7 steps of 12 images at 18 a second, then 5 at 48: 4.7 and 1.25 seconds.
  EXPECT_NE(printed.find("18 images/s  " + duration(7 * 12 / 18.0) + " left"), std::string::npos) << printed;
  EXPECT_NE(printed.find("48 images/s  " + duration(5 * 12 / 48.0) + " left"), std::string::npos) << printed;
}

TEST(RunMetrics, AResumedRunCountsFromWhereItGoesOn) {
  const fs::path run = fresh_folder("run_metrics_resumed");
  TinyTrainer tiny(pattern_folder("run_metrics_resumed_data"), tiny_config());
  Trainer& trainer = tiny.trainer;
  trainer.initialise();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> console(std::tmpfile(), &std::fclose);
  RunLog log(run, 10, {.console = console.get()});
  RunMetrics metrics(12, trainer.losses());
  for (int i = 0; i < 4; ++i) metrics.add(trainer.step());
  metrics.start(3, 5);
  metrics.write(log, trainer, Profile(), 5.5, 10);
  EXPECT_NEAR(lines_of(run).at(0).at("images_per_second").get<double>(), 1 * 12 / 0.5, 1e-9);
}

}  // namespace
}  // namespace dg
