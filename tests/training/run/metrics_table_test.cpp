#include "training/run/metrics_table.h"

#include <cmath>

#include "error_text.h"
#include "tests/training/tiny_run.h"
#include "training/run/run_log.h"

namespace dg {
namespace {

using Points = std::vector<std::pair<double, double>>;

// Two kinds of step lines, an evaluation, a number that was not finite, damage, and a line of no step line.
const std::string by_hand =
    "{\"step\": 50, \"rate\": 0.05, \"loss\": 6.5}\n"
    "{\"step\": 100, \"rate\": 0.1, \"loss\": 1e-05}\n"
    "{\"step\": 100, \"novel_top1\": 0.25, \"coverage_0.99\": 0}\n"
    "\n"
    "{\"step\": 150, \"rate\"\n"
    "not json\n"
    "{\"loss\": 3}\n"
    "{\"step\": 200, \"rate\": null, \"loss\": 3, \"alpha, \\\"quoted\\\"\": 0.3333333333333333}\r\n"
    "{\"step\": 225, \"novel_top1\": 0.5}";

TEST(MetricsTable, HasARowForEachStepAndAColumnForEachKey) {
  EXPECT_EQ(to_csv(metrics_table(by_hand)),
            "step,rate,loss,novel_top1,coverage_0.99,\"alpha, \"\"quoted\"\"\"\n"
            "50,0.05,6.5,,,\n"
            "100,0.1,1e-05,0.25,0,\n"
            "200,nan,3,,,0.3333333333333333\n"
            "225,,,0.5,,\n");
  EXPECT_EQ(metrics_table(by_hand).damaged_lines, 3);
}

TEST(MetricsTable, SeriesHaveTheFiniteNumbersAlone) {
  const MetricsTable table = metrics_table(by_hand);
  EXPECT_EQ(table.series("rate"), (Points{{50, 0.05}, {100, 0.1}}));
  EXPECT_EQ(table.series("novel_top1"), (Points{{100, 0.25}, {225, 0.5}}));
  EXPECT_EQ(table.series("none"), Points{});
  EXPECT_EQ(table.last("loss"), 3);
  EXPECT_EQ(table.last("rate"), 0.1);
  EXPECT_EQ(table.last("none"), std::nullopt);
}

TEST(MetricsTable, TheLaterValueOfAStepCounts) {
  EXPECT_EQ(
      to_csv(metrics_table("{\"step\": 1, \"a\": 1}\n{\"step\": 2}\n{\"step\": 1, \"a\": 2, \"b\": 3}\n")),
      "step,a,b\n1,2,3\n2,,\n");
}

TEST(MetricsTable, NothingIsAHeaderAlone) { EXPECT_EQ(to_csv(metrics_table("")), "step\n"); }

TEST(MetricsTable, WhatNoRunWritesIsDamage) {
  for (const char* line :
       {"[1]", "{}", "{\"step\": \"1\"}", "{\"step\": -1}", "{\"step\": 0.5}", "{\"step\": 1e17}",
        "{\"step\": null}", "{\"step\": 1, \"a\": \"text\"}", "{\"step\": 1, \"a\": [1]}",
        "{\"step\": 1, \"a\": {\"b\": 1}}", "{\"step\": 1, \"a\": true}", "{\"step\": 1} {\"step\": 2}",
        "{\"step\": 1, \"a\": 1e999}"}) {
    const MetricsTable table = metrics_table(line);
    EXPECT_EQ(table.damaged_lines, 1) << line;
    EXPECT_EQ(to_csv(table), "step\n") << line;
  }
  const std::string long_key(70'000, 'k');
  EXPECT_EQ(metrics_table("{\"step\": 1, \"" + long_key + "\": 1}").damaged_lines, 1);
}

TEST(MetricsTable, ColumnsAreBounded) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += fmt::format("{{\"step\": {}, \"k{}\": 1}}\n", i, i);
  const MetricsTable table = metrics_table(lines);
  EXPECT_EQ(table.keys.size(), 1000u);
  EXPECT_EQ(table.damaged_lines, 1001);
}

TEST(MetricsTable, IsWrittenBesideTheLog) {
  const fs::path run = fresh_folder("metrics_csv");
  EXPECT_EQ(read_metrics(run).rows.size(), 0u);
  {
    StatusLine status(stderr, StatusLine::Mode::off);
    RunLog log(run, status);
    log.metrics({{"step", 1}, {"a", 1.0 / 3}, {"b", std::nan("")}});
  }
  write_metrics_csv(run);
  EXPECT_EQ(bytes_of(run / "metrics.csv"), "step,a,b\n1,0.3333333333333333,nan\n");
  fs::remove(run / "metrics.jsonl");
  fs::create_directory(run / "metrics.jsonl");
  EXPECT_TRUE(contains(error_text<IoError>([&] { write_metrics_csv(run); }), "metrics.jsonl"));
}

}  // namespace
}  // namespace dg
