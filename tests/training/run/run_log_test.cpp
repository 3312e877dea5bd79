#include "training/run/run_log.h"

#include <gtest/gtest.h>

#include <cmath>

#include "console.h"
#include "temporary.h"
#include "tests/error_text.h"
#include "tests/interop/files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class RunLogTest : public testing::Test {
 protected:
  void SetUp() override {
    run_ = temporary_folder() / "run_log";
    fs::remove_all(run_);
    fs::create_directories(run_);
  }
  std::string metrics() const { return read_all(run_ / "metrics.jsonl"); }
  std::string printed() const { return console_.text(); }

  fs::path run_;
  const Console console_;
  StatusLine status_{console_.get(), StatusLine::Mode::off};
};

TEST_F(RunLogTest, MetricsAreOneJsonObjectALine) {
  RunLog log(run_, status_);
  log.metrics({{"step", 50}, {"rate", 0.05}, {"tiny", 1e-5}, {"third", 1.0 / 3}, {"huge", 1e300}});
  EXPECT_EQ(
      metrics(),
      "{\"step\": 50, \"rate\": 0.05, \"tiny\": 1e-05, \"third\": 0.3333333333333333, \"huge\": 1e+300}\n")
      << "each line reaches the file at once";
  log.metrics({{"step", 100}, {"a \"quoted\" name", -2.5}});
  EXPECT_TRUE(metrics().ends_with("\n{\"step\": 100, \"a \\\"quoted\\\" name\": -2.5}\n"));
}

TEST_F(RunLogTest, NumbersThatAreNotFiniteAreNull) {
  RunLog log(run_, status_);
  log.metrics({{"step", 1}, {"a", std::nan("")}, {"b", INFINITY}, {"c", -INFINITY}});
  EXPECT_EQ(metrics(), "{\"step\": 1, \"a\": null, \"b\": null, \"c\": null}\n");
}

TEST_F(RunLogTest, EveryLineStartsWithItsStep) {
  RunLog log(run_, status_);
  EXPECT_EQ(error_text([&] {
              log.metrics({{"loss", 1}});
            }),
            "[run_log] the first field must be step, got loss");
  EXPECT_EQ(error_text([&] { log.metrics({}); }), "[run_log] the first field must be step, got none");
}

TEST_F(RunLogTest, ResumingDropsLinesThatComeAgainAndDamagedOnes) {
  const std::string good = "{\"step\": 50}\n{\"step\": 100, \"loss\": 2}\n",
                    again = "{\"step\": 101}\n{\"step\": 150}\n";
  const std::string damaged = "{\"step\": 1\n{\"novel_top1\": 1}\n", torn = "{\"step\": 2";
  write_all(run_ / "metrics.jsonl", damaged + good + again + torn);
  RunLog log(run_, status_, {.first_step = 101});
  EXPECT_EQ(metrics(), good);
  log.metrics({{"step", 150}});
  EXPECT_EQ(metrics(), good + "{\"step\": 150}\n");
}

TEST_F(RunLogTest, ANewRunStartsAnew) {
  write_all(run_ / "metrics.jsonl", "{\"step\": 50}\n");
  RunLog log(run_, status_);
  EXPECT_EQ(metrics(), "");
}

TEST_F(RunLogTest, ProgressSaysHowFarItIsAndHowLongItTakes) {
  {
    StatusLine status(console_.get(), StatusLine::Mode::terminal);
    RunLog log(run_, status);
    log.progress({.step = 40,
                  .steps = 5000,
                  .epoch = 0.3213,
                  .loss = 6.21016,
                  .violating = 0.125,
                  .images_per_second = 812.4,
                  .elapsed = 12,
                  .left = 7265});
    status.note("a message");
  }
  EXPECT_EQ(
      printed(),
      "step 40/5000 (0.8%)  epoch 0.321  loss 6.2102  violating 12.50%  812 images/s  0:12 gone  2:01:05 left"
      "\r\x1b[Ka message\n");
}

TEST_F(RunLogTest, FilesThatCannotBeWrittenAreNamed) {
  EXPECT_EQ(error_text<IoError>([&] { RunLog log(run_ / "none", status_); }),
            (run_ / "none/metrics.jsonl").string() + ": cannot be written: No such file or directory");
  const std::string text = with_file_size_limit(10, [&] {
    return error_text<IoError>([&] {
      RunLog log(run_, status_);
      log.metrics({{"step", 123456789}});
    });
  });
  EXPECT_EQ(text, (run_ / "metrics.jsonl").string() + ": cannot be written: File too large");
}

}  // namespace
}  // namespace dg
