#include "training/run/run_log.h"

#include <gtest/gtest.h>

#include <cmath>

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
    console_ = std::tmpfile();
  }
  void TearDown() override { std::fclose(console_); }
  std::string metrics() const { return read_all(run_ / "metrics.jsonl"); }
  std::string printed() {
    std::string text;
    std::rewind(console_);
    for (int c; (c = std::fgetc(console_)) != EOF;) text += static_cast<char>(c);
    return text;
  }

  fs::path run_;
  std::FILE* console_ = nullptr;
};

TEST_F(RunLogTest, MetricsAreOneJsonObjectALine) {
  RunLog log(run_, 100, {.console = console_});
  log.metrics({{"step", 50}, {"rate", 0.05}, {"tiny", 1e-5}, {"third", 1.0 / 3}, {"huge", 1e300}});
  EXPECT_EQ(
      metrics(),
      "{\"step\": 50, \"rate\": 0.05, \"tiny\": 1e-05, \"third\": 0.3333333333333333, \"huge\": 1e+300}\n")
      << "each line reaches the file at once";
  log.metrics({{"step", 100}, {"a \"quoted\" name", -2.5}});
  EXPECT_TRUE(metrics().ends_with("\n{\"step\": 100, \"a \\\"quoted\\\" name\": -2.5}\n"));
}

TEST_F(RunLogTest, NumbersThatAreNotFiniteAreNull) {
  RunLog log(run_, 100, {.console = console_});
  log.metrics({{"step", 1}, {"a", std::nan("")}, {"b", INFINITY}, {"c", -INFINITY}});
  EXPECT_EQ(metrics(), "{\"step\": 1, \"a\": null, \"b\": null, \"c\": null}\n");
}

TEST_F(RunLogTest, EveryLineStartsWithItsStep) {
  RunLog log(run_, 100, {.console = console_});
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
  RunLog log(run_, 200, {.first_step = 101, .console = console_});
  EXPECT_EQ(metrics(), good);
  log.metrics({{"step", 150}});
  EXPECT_EQ(metrics(), good + "{\"step\": 150}\n");
}

TEST_F(RunLogTest, ANewRunStartsAnew) {
  write_all(run_ / "metrics.jsonl", "{\"step\": 50}\n");
  RunLog log(run_, 200, {.console = console_});
  EXPECT_EQ(metrics(), "");
}

TEST_F(RunLogTest, ProgressIsRedrawnInPlace) {
  {
    RunLog log(run_, 5000, {.console = console_, .progress = RunLogOptions::Progress::on});
    log.progress(50, {{"loss", 8.1234567}, {"margin", 0}}, 812.4, 61);
    log.note("a message");
    log.note("another");
    log.progress(100, {{"loss", 8}}, 1, 7265);
    log.progress(150, {{"loss", 7}}, 1, INFINITY);
  }
  EXPECT_EQ(printed(),
            "step 50/5000  loss 8.1235  margin 0.0000  812 images/s  1:01 left"
            "\r\x1b[Ka message\nanother\n"
            "step 100/5000  loss 8.0000  1 images/s  2:01:05 left"
            "\r\x1b[Kstep 150/5000  loss 7.0000  1 images/s  ? left\n");
}

TEST_F(RunLogTest, ProgressIsQuietWhereTheConsoleIsNoTerminal) {
  {
    RunLog log(run_, 5000, {.console = console_});
    log.progress(50, {{"loss", 8}}, 812, 61);
    log.note("only this");
  }
  EXPECT_EQ(printed(), "only this\n");
}

TEST_F(RunLogTest, ALongProgressLineIsCutToTheConsole) {
  RunLog log(run_, 5000, {.console = console_, .progress = RunLogOptions::Progress::on});
  log.progress(50, {{std::string(200, 'x'), 8}}, 812, 61);
  EXPECT_EQ(printed().size(), 119u);  // no terminal: 120 columns
}

TEST_F(RunLogTest, FilesThatCannotBeWrittenAreNamed) {
  EXPECT_EQ(error_text<IoError>([&] { RunLog log(run_ / "none", 1); }),
            (run_ / "none/metrics.jsonl").string() + ": cannot be written: No such file or directory");
  const std::string text = with_file_size_limit(10, [&] {
    return error_text<IoError>([&] {
      RunLog log(run_, 1, {.console = console_});
      log.metrics({{"step", 123456789}});
    });
  });
  EXPECT_EQ(text, (run_ / "metrics.jsonl").string() + ": cannot be written: File too large");
}

}  // namespace
}  // namespace dg
