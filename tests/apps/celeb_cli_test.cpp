// A one-shot set in TSV files through the command line: train, evaluate, submit.
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"
#include "tests/data/tsv/celeb_files.h"

namespace dg {
namespace {

struct CelebProgram : testing::Test {
  Finished train(const Words& more = {}) const {
    Words words = train_words(files.toml(), run, {"--set", "data.base_identities=all", "--stop-after", "3"});
    words.insert(words.end(), more.begin(), more.end());
    return doppel(words);
  }
  Finished evaluate(const Words& more = {}) const {
    Words words{"evaluate", run.string(), files.toml().string(), "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return doppel(words);
  }
  const CelebFiles files{twelve_faces(fresh_folder("celeb_cli") / "faces"),
                         temporary_folder() / "celeb_cli/tsv"};
  const fs::path run = fresh_folder("celeb_cli_out") / "run";
};

int line_count(const fs::path& path) {
  const std::string text = file_text(path);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(CelebProgram, TrainsEvaluatesAndSubmits) {
  const Finished trained = train();
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_TRUE(contains(trained.err, "indexed " + files.tsv("base").string()));
  EXPECT_TRUE(contains(trained.err, "48 photos of 12 identities"));
  EXPECT_TRUE(contains(trained.err, "9 base identities train, 3 novel ones are held out"));

  const Finished table = evaluate();
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.err, fmt::format("checkpoint {}/checkpoints/step-3.safetensors\n", run.string()))
      << "nothing is indexed twice";
  for (const char* line : {"novel top-1", "coverage at 99", "coverage at 99.9", "base top-1", "(gate 98%:"}) {
    EXPECT_TRUE(contains(table.out, line));
  }
  const fs::path submission = run / "submission.tsv";
  const Finished json =
      evaluate({"--part", "development", "--json", "-", "--submission", submission.string()});
  ASSERT_EQ(json.code, 0) << json.err;
  const auto figures = nlohmann::json::parse(json.out);
  EXPECT_EQ(figures["novel_images"], 9);
  EXPECT_EQ(figures["identities"], 12);
  EXPECT_TRUE(figures["base_top1"].is_number());
  EXPECT_EQ(json.err, "wrote 18 answers to " + submission.string() + "\n");
  EXPECT_EQ(line_count(submission), 18);
  EXPECT_TRUE(file_text(submission).starts_with("1\t000"));

  const fs::path blind = run / "test.tsv";
  const Finished test = evaluate({"--part", "test", "--submission", blind.string()});
  ASSERT_EQ(test.code, 0) << test.err;
  EXPECT_EQ(test.out, "");
  EXPECT_TRUE(contains(test.err, "wrote 18 answers to " + blind.string()));
  EXPECT_EQ(line_count(blind), 18);
}

TEST_F(CelebProgram, LearnsAClassifierAndEvaluatesRunsTogether) {
  ASSERT_EQ(train().code, 0);
  const std::string toml = files.toml().string();
  const Finished learnt = doppel({"classifier", run.string(), toml, "--threads", "1", "--json", "-", "--set",
                                  "classifier.batch=8", "--set", "classifier.iterations=5"});
  ASSERT_EQ(learnt.code, 0) << learnt.err;
  const auto figures = nlohmann::json::parse(learnt.out);
  EXPECT_EQ(figures["prototypes"], nlohmann::json::parse(evaluate({"--json", "-"}).out));
  EXPECT_EQ(figures["classifier"], nlohmann::json::parse(evaluate({"--classifier", "--json", "-"}).out));
  const Words both{"evaluate", run.string(), run.string(), toml, "--json", "-"};
  const Finished together = doppel(both);
  ASSERT_EQ(together.code, 0) << together.err;
  EXPECT_EQ(nlohmann::json::parse(together.out)["novel_images"], 9);
  for (const auto& [more, message] : {std::pair{Words{"--part", "test"}, "the test file of"},
                                      {{"--submission", "s.tsv"}, "takes one run"}}) {
    Words words = both;
    words.insert(words.end(), more.begin(), more.end());
    const Finished f = doppel(words);
    EXPECT_GT(f.code, 0);
    EXPECT_TRUE(contains(f.err, message));
  }
}

TEST_F(CelebProgram, BadRowsAreNamedOnStderr) {
  std::vector<std::string> rows = files.lines("base");
  rows[6] = "7\tcut";
  files.rewrite("base", rows);
  const Finished f = train();
  EXPECT_EQ(f.code, 0) << f.err;
  EXPECT_TRUE(contains(f.err, "1 of 27 rows of " + files.tsv("base").string() + " cannot be used\n  " +
                                  files.tsv("base").string() + ":7: 2 columns, must be 5"));
}

TEST_F(CelebProgram, WhatMakesNoSenseIsRefused) {
  ASSERT_EQ(train().code, 0);
  const std::string faces = (temporary_folder() / "celeb_cli/faces").string(), toml = files.toml().string(),
                    nowhere = (run / "none/s.tsv").string();
  const std::vector<std::pair<Words, std::string>> cases{
      {{"evaluate", run.string(), toml, "--part", "training"},
       "--part: must be development or test, got training"},
      {{"evaluate", run.string(), toml, "--set", "test"}, "is chosen by --part test"},
      {{"evaluate", run.string(), toml, "--set", "steps=3"},
       "--set may change data.max_broken, data.workers, data.cache_mb, data.nested, data.strict, data.crop "
       "alone, got steps"},
      {{"evaluate", run.string(), toml, "--part", "test"}, "--submission FILE writes the answers"},
      {{"evaluate", run.string(), toml, "--part", "test", "--json", "-", "--submission", nowhere},
       "--json needs truth"},
      {{"evaluate", run.string(), toml, "--submission", nowhere}, nowhere},
      {{"evaluate", run.string(), toml, "--protocol", "verification", "--pairs", "p"},
       "belongs to --protocol one-shot"},
      {{"evaluate", run.string(), faces, "--part", "test"},
       "--part and --submission belong to a dataset.toml"},
      {{"evaluate", run.string(), faces, "--submission", nowhere},
       "--part and --submission belong to a dataset.toml"},
      {{"evaluate", run.string(), toml + ".toml"}, toml + ".toml: No such file or directory"},
      {train_words(files.toml(), run / "other"), "data.base_identities must be"}};
  for (const auto& [words, message] : cases) {
    const Finished f = doppel(words);
    EXPECT_GT(f.code, 0) << f.out;
    EXPECT_EQ(f.out, "");
    EXPECT_TRUE(contains(f.err, message));
  }
  fs::remove(files.tsv("novel"));
  const Finished f = evaluate();
  EXPECT_GT(f.code, 0);
  EXPECT_TRUE(contains(f.err, files.tsv("novel").string() + ": No such file or directory"));
}

}  // namespace
}  // namespace dg
