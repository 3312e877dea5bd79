// doppel classifier, and doppel evaluate with several runs, as others script them.

#include "tests/apps/json.h"

namespace dg {
namespace {

const Words one_shot_keys{"novel_top1", "coverage", "base_top1", "novel_images", "identities"};

// Two runs of two steps on 12 identities, 9 of them base.
class ClassifierCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data = pattern_folder("classifier_cli_data");
    out = fresh_folder("classifier_cli_out");
    for (const char* run : {"a", "b"}) {
      const Finished f =
          doppel(train_words(data, out / run, {"--stop-after", "2", "--seed", run[0] == 'a' ? "1" : "2"}));
      ASSERT_EQ(f.code, 0) << f.err;
    }
  }
  static Finished classifier(const char* run, const Words& more) {
    Words words{"classifier",
                (out / run).string(),
                data.string(),
                "--threads",
                "1",
                "--set",
                "classifier.batch=8",
                "--set",
                "classifier.iterations=5"};
    words.insert(words.end(), more.begin(), more.end());
    return doppel(words);
  }
  static Finished evaluate(const Words& runs, const Words& more) {
    Words words{"evaluate"};
    for (const std::string& run : runs) words.push_back((out / run).string());
    words.push_back(data.string());
    words.insert(words.end(), {"--threads", "1"});
    words.insert(words.end(), more.begin(), more.end());
    return doppel(words);
  }
  inline static fs::path data, out;
};

TEST_F(ClassifierCommand, PrintsJsonAndNothingElse) {
  const Finished f = classifier("a", {"--json", "-", "--seed", "3"});
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(f.err, "");
  const Json json = Json::parse(f.out);
  ASSERT_EQ(keys(json), (Words{"prototypes", "start", "classifier", "iterations", "loss_first", "loss_last",
                               "alpha_start", "alpha"}));
  for (const char* part : {"prototypes", "start", "classifier"}) {
    EXPECT_EQ(keys(json[part]), one_shot_keys);
    EXPECT_EQ(json[part]["novel_images"], 9);
    EXPECT_EQ(json[part]["identities"], 12);
  }
  EXPECT_EQ(json["iterations"], 5);
  EXPECT_EQ(file_text(out / "a" / "classifier.json"), f.out);
  EXPECT_TRUE(fs::exists(out / "a" / "classifier.safetensors"));

  const Finished table = classifier("a", {"--seed", "3"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_TRUE(contains(table.out, "coverage at 99.9%"));
  EXPECT_TRUE(contains(table.out, "base top-1"));
}

TEST_F(ClassifierCommand, SeveralRunsAreEvaluatedTogether) {
  for (const char* run : {"a", "b"}) ASSERT_EQ(classifier(run, {}).code, 0);
  for (const Words& more : {Words{"--json", "-"}, Words{"--classifier", "--json", "-"}}) {
    const Finished f = evaluate({"a", "b"}, more);
    ASSERT_EQ(f.code, 0) << f.err;
    EXPECT_EQ(f.err, "");
    EXPECT_EQ(keys(Json::parse(f.out)), one_shot_keys);
    EXPECT_EQ(Json::parse(f.out)["novel_images"], 9);
  }
  EXPECT_EQ(Json::parse(evaluate({"a"}, {"--classifier", "--json", "-"}).out),
            Json::parse(file_text(out / "a" / "classifier.json"))["classifier"]);
}

TEST_F(ClassifierCommand, RefusesWhatItCannotDo) {
  ASSERT_EQ(classifier("a", {}).code, 0);
  const std::string a = (out / "a").string(), b = (out / "b").string(), photos = data.string();
  const std::vector<std::pair<Words, std::string>> cases{
      {{"evaluate", a}, "RUN... DATA must be 2 or more, got 1"},
      {{"evaluate", a, photos, photos}, photos + ": not a run folder"},
      {{"evaluate", a, b, photos, "--protocol", "verification", "--pairs", "x"}, "takes one run"},
      {{"evaluate", a, b, photos, "--checkpoint", "x"}, "last or best"},
      {{"classifier", photos, photos}, photos + ": not a run folder"},
      {{"classifier", a, photos, "--set", "classifier.batch=81"}, "classifier.batch must be in 1..12"},
      {{"classifier", a, photos, "--set", "classifier.rates=1"}, "did you mean classifier.rate"},
      {{"classifier", a, photos, "--set", "classifier.final_rate=1"},
       "classifier.final_rate must be at most"},
      {{"classifier", a, photos, "--set", "steps=1"}, "got steps"}};
  for (const auto& [words, message] : cases) {
    const Finished f = doppel(words);
    EXPECT_GT(f.code, 0) << f.out;
    EXPECT_TRUE(contains(f.err, message));
  }
}

// A run on everybody: nobody is novel, and the tables have the base figures alone.
TEST_F(ClassifierCommand, WithoutNovelPeopleTheBaseFiguresAreShown) {
  const fs::path run = out / "everybody";
  ASSERT_EQ(doppel(train_words(data, run, {"--stop-after", "2", "--set", "data.base_identities=all"})).code,
            0);
  const Finished table = classifier("everybody", {});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_FALSE(contains(table.out, "novel top-1")) << table.out;
  EXPECT_FALSE(contains(table.out, "coverage")) << table.out;
  EXPECT_TRUE(contains(table.out, "base top-1"));
  EXPECT_TRUE(contains(table.out, "0 novel and 12 base photos, 12 identities"));
  const Finished plain = doppel({"evaluate", run.string(), data.string(), "--threads", "1"});
  ASSERT_EQ(plain.code, 0) << plain.err;
  EXPECT_TRUE(contains(plain.out, "novel top-1            -    (no novel photos"));
  EXPECT_TRUE(contains(plain.out, "12 photos, 12 identities to choose from"));
  const Finished json = doppel({"evaluate", run.string(), data.string(), "--threads", "1", "--json", "-"});
  EXPECT_EQ(json.err, "");
  EXPECT_EQ(keys(Json::parse(json.out)), one_shot_keys);
  EXPECT_TRUE(Json::parse(json.out)["novel_top1"].is_null());
  EXPECT_TRUE(Json::parse(json.out)["base_top1"].is_number());
}

}  // namespace
}  // namespace dg
