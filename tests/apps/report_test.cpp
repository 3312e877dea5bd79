// doppel report and doppel compare as others script them.
#include "evaluation/bootstrap.h"
#include "report/figures.h"
#include "tests/apps/json.h"

namespace dg {
namespace {

class ReportedRun : public testing::Test {
 protected:
  void SetUp() override {
    data = pattern_folder("report_cli_data");
    out = fresh_folder("report_cli");
    for (const char* seed : {"1", "2"}) {
      const Finished f = doppel(train_words(data, out / seed, {"--stop-after", "4", "--seed", seed}));
      ASSERT_EQ(f.code, 0) << f.err;
    }
  }
  Finished run(const std::string& command, Words more) const {
    Words words{command, (out / "1").string(), (out / "2").string(), "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return doppel(words);
  }
  fs::path data, out;
};

TEST_F(ReportedRun, AReportIsOnePageAndItsFigures) {
  const fs::path page = out / "page.html", json = out / "figures.json";
  fs::remove(out / "1" / "metrics.csv");
  const Finished f =
      run("report", {"--data", data.string(), "--out", page.string(), "--json", json.string()});
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_TRUE(contains(f.out, page.string() + ": 2 runs, "));
  EXPECT_TRUE(file_text(page).starts_with("<!doctype html>"));
  EXPECT_EQ(Json::parse(file_text(json)).at("runs").size(), 2u);
  EXPECT_TRUE(fs::exists(out / "1" / "metrics.csv"));
  const Finished again =
      run("report", {"--data", data.string(), "--out", page.string(), "--json", "-", "--no-photos"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(Json::parse(again.out), Json::parse(file_text(json)));
  EXPECT_EQ(again.err, "");
  EXPECT_EQ(file_text(page).find("<img"), std::string::npos);
}

TEST_F(ReportedRun, ACompareHasThePairedIntervalsOfTheSamePhotos) {
  const Finished f = run("compare", {"--data", data.string(), "--json", "-"});
  ASSERT_EQ(f.code, 0) << f.err;
  const Json json = Json::parse(f.out);
  EXPECT_EQ(json["settings_that_differ"], (Json{{"seed", {"1", "2"}}}));
  std::vector<std::vector<Recognition>> novel, base;
  for (const char* seed : {"1", "2"}) {
    EvaluateOptions o;
    o.data = data;
    const reporting::Trial trial = reporting::try_on_data(FinishedRun(out / seed), o);
    novel.push_back(trial.novel);
    base.push_back(trial.base);
  }
  const auto by_hand = [](const std::vector<std::vector<Recognition>>& runs, const Metric& metric) {
    Rng rng(0);
    return paired_bootstrap(std::span(runs).first(1), std::span(runs).last(1), {.metric = metric}, rng);
  };
  const auto expect = [&](const char* name, const BootstrapInterval& wanted) {
    const Json& found = json["runs"][1]["differences_to_first"][name];
    EXPECT_EQ(found["value"], wanted.value) << name;
    EXPECT_EQ(found["low"], wanted.low) << name;
    EXPECT_EQ(found["high"], wanted.high) << name;
  };
  expect("novel_top1", by_hand(novel, {.kind = Metric::Kind::top1}));
  expect("base_top1", by_hand(base, {.kind = Metric::Kind::top1}));
  for (const auto& [name, precision] :
       {std::pair{"coverage_0.9", 0.9}, {"coverage_0.95", 0.95}, {"coverage_0.99", 0.99}})
    expect(name, by_hand(novel, {.kind = Metric::Kind::coverage, .precision = precision}));

  const Finished table = run("compare", {"--data", data.string()});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_TRUE(contains(table.out, "novel top-1"));
  EXPECT_TRUE(contains(table.out, "  seed = 1 | 2\n"));
}

TEST_F(ReportedRun, EachRunMayHaveDataOfItsOwn) {
  const fs::path copy = fresh_folder("report_cli_copy");
  fs::copy(data, copy, fs::copy_options::recursive);
  const Finished same = run("compare", {"--data", data.string(), "--data", copy.string()});
  EXPECT_EQ(same.code, 0) << same.err;
  write_jpeg(copy / "011" / "9.jpg", pattern(11, 9), 95);
  const Finished other = run("compare", {"--data", data.string(), "--data", copy.string()});
  EXPECT_EQ(other.code, 1);
  EXPECT_TRUE(
      contains(other.err, "cannot be compared: they were not tested on the same novel photos: 0 of 9"));
  EXPECT_EQ(other.out, "");
}

TEST_F(ReportedRun, WhatIsRefused) {
  const fs::path mine = out / "mine.html";
  std::ofstream(mine) << "mine";
  for (const char* run : {"1", "2"}) std::ofstream(out / run / "data.txt") << "/nowhere/photos\n";
  const struct {
    const char* command;
    Words more;
    std::string message;
  } cases[] = {
      {"report", {"--data", data.string(), "--out", mine.string()}, "mine.html is there and is no page"},
      {"report",
       {"--data", "a", "--data", "b", "--data", "c"},
       "--data must be given once, or once for each of 2 runs"},
      {"report", {"--checkpoint", "file.safetensors"}, "--checkpoint must be last or best for several runs"},
      {"report", {"--data", (out / "nothing").string()}, "nothing"},
      {"compare", {}, "must be tried on photos to be compared, but its photos were in /nowhere/photos"},
      {"compare", {"third"}, "At Most 2 required"}};
  for (const auto& c : cases) {
    const Finished f = run(c.command, c.more);
    EXPECT_GT(f.code, 0) << f.out;
    EXPECT_TRUE(contains(f.err, c.message));
  }
  EXPECT_EQ(file_text(mine), "mine");
}

// Without photos a report has curves and says what it lacks.
TEST_F(ReportedRun, WithoutPhotosThereIsAPageAllTheSame) {
  const fs::path page = out / "page.html";
  for (const char* run : {"1", "2"}) fs::remove(out / run / "data.txt");
  const Finished f = run("report", {"--out", page.string()});
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_TRUE(contains(f.err, "not tried on photos: the run does not say where its photos are"));
  EXPECT_TRUE(contains(file_text(page), "<polyline"));
}

}  // namespace
}  // namespace dg
