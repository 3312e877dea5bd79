// Two tiny runs on one data set, trained once for all tests of a file: 12 identities, 9 of them base, 4
// photos each.
#pragma once
#include "console.h"
#include "report/report.h"
#include "tests/training/tiny_run.h"
#include "training/run/train_run.h"

namespace dg {

class TwoRuns : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_suite()->name();
    data = pattern_folder(name + "_data");
    folder = fresh_folder(name + "_runs");
    const Console console;
    for (const char* seed : {"1", "2"}) {
      train({.data = data,
             .run = folder / (std::string("seed") + seed),
             .config = tiny_config({"evaluate.every=5", std::string("seed=") + seed}),
             .console = console.get()});
    }
  }

  static reporting::ReportOptions options() {
    reporting::ReportOptions o;
    o.data = data;
    return o;
  }
  static reporting::Trial trial(const std::string& run) {
    EvaluateOptions o;
    o.data = data;
    return reporting::try_on_data(FinishedRun(folder / run), o);
  }

  inline static fs::path data, folder;
};

}  // namespace dg
