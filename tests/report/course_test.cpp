#include "report/course.h"

#include <gtest/gtest.h>

#include "interop/whole_file.h"
#include "temporary.h"
#include "training/run/train_run.h"
#include "training/tiny_run.h"

namespace dg::reporting {
namespace {

namespace fs = std::filesystem;

RunReport read(const fs::path& folder, const Config& config, std::int64_t steps) {
  return {.name = "run", .config = config, .metrics = read_metrics(folder), .steps = steps};
}

std::string console_of(const fs::path& data, const fs::path& run, const Config& config) {
  const fs::path file = run.parent_path() / "console.txt";
  std::FILE* console = std::fopen(file.c_str(), "w");
  train({.data = data, .run = run, .config = config, .console = console});
  std::fclose(console);
  return read_file_text(file);
}

// Also where not every step has a line.
TEST(Course, HasTheWordsThatTheRunEndedWith) {
  const fs::path data = pattern_folder("course"), run = fresh_folder("course_out") / "run";
  const Config config = tiny_config({"steps=120", "evaluate.every=40", "log.every=20"});
  const std::string console = console_of(data, run, config);
  const std::string words = course_words(read(run, config, 120), IdentityTable::read(run / "identities.tsv"));
  const std::size_t advice = words.find(". mining: ");
  ASSERT_NE(advice, std::string::npos) << words;
  EXPECT_NE(console.find("the end: " + words.substr(0, advice) + "\n"), std::string::npos)
      << words << console;
  EXPECT_NE(console.find(words.substr(advice + 2) + "\n"), std::string::npos) << words << console;
}

TEST(Course, NothingIsSaidOfARunWithoutMetrics) {
  EXPECT_EQ(course_words(RunReport{.config = tiny_config()}, {}), "");
}

struct Line {
  double step, loss, violating;
  std::optional<double> score;
};

TrainingFigures figures(const std::vector<Line>& lines) {
  RunReport run{.config = tiny_config({"data.base_test_photos=1"}),
                .steps = static_cast<std::int64_t>(lines.back().step)};
  run.metrics.keys = {"step",       "loss",           "l2_softmax_recent", "negative_violating",
                      "novel_top1", "negative_cosine"};
  for (const Line& l : lines) run.metrics.rows.push_back({l.step, 9.0, l.loss, l.violating, l.score, 0.25});
  IdentityTable identities;
  for (const auto& [base, photos] : {std::pair(true, 5), {true, 3}, {false, 4}, {false, 1}})
    identities.rows.push_back({.name = "x", .base = base, .photos = {.photos = photos}});
  return course_of(run, identities);
}

TEST(Course, TakesScoresAndLossesOfTheEvaluations) {
  const TrainingFigures f = figures(
      {{100, 5, 0.5, 0.6}, {200, 4, 0.5, 0.8}, {300, 3, 0.5, {}}, {400, 2, 0.5, 0.7}, {500, 1, 0.5, {}}});
  EXPECT_EQ(f.step, 500);
  EXPECT_EQ(f.classes, 2);
  EXPECT_EQ(f.prototype_loss, 1);
  EXPECT_EQ(f.loss_before, 4);
  EXPECT_EQ(f.score, 0.7);
  EXPECT_EQ(f.best_score, 0.8);
  EXPECT_EQ(f.tested, 3);  // of 4 photos one enrols
  EXPECT_EQ(f.photos_of_each, 3);
  EXPECT_EQ(f.negative_cosine, 0.25);
}

TEST(Course, OfOldMetricsTheViolatingPairsAreThoseOfTheLast500Steps) {
  EXPECT_NEAR(*figures({{100, 5, 0.9, {}}, {500, 5, 0.2, {}}, {600, 5, 0.4, {}}}).violating, 0.3, 1e-12);
}

}  // namespace
}  // namespace dg::reporting
