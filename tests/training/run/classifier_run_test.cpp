// Classifier learning and ensembles on whole runs.
#include "training/run/classifier_run.h"

#include "error_text.h"
#include "training/run/classifier_file.h"
#include "training/run/evaluate_ensemble.h"
#include "training/run/evaluate_run.h"
#include "training/run/names.h"
#include "training/run/train_run.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

const std::vector<std::string> short_learning{"classifier.iterations=20", "classifier.batch=8",
                                              "classifier.rate=0.1", "classifier.final_rate=0.01"};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void expect_same(const OneShotResult& a, const OneShotResult& b, float tolerance) {
  ASSERT_EQ(a.novel.size(), b.novel.size());
  ASSERT_EQ(a.base.size(), b.base.size());
  for (std::size_t i = 0; i < a.novel.size(); ++i) {
    EXPECT_EQ(a.novel[i].identity, b.novel[i].identity);
    EXPECT_EQ(a.novel[i].predicted, b.novel[i].predicted);
    EXPECT_NEAR(a.novel[i].confidence, b.novel[i].confidence, tolerance);
  }
  for (std::size_t i = 0; i < a.base.size(); ++i) EXPECT_EQ(a.base[i].predicted, b.base[i].predicted);
}

// Two runs on the same 12 identities, 9 of them base: they differ in seed, input and embedding size.
class ClassifierRun : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data = pattern_folder("classifier_data");
    out = fresh_folder("classifier_out");
    train({.data = data, .run = out / "a", .config = tiny_config({"checkpoint.every=5"})});
    train({.data = data,
           .run = out / "b",
           .config = tiny_config({"seed=4", "network.input=32", "network.embedding=12"})});
  }
  static ClassifierRunResult learn(const fs::path& run, std::vector<std::string> more = {}) {
    std::vector<std::string> settings = short_learning;
    settings.insert(settings.end(), more.begin(), more.end());
    return learn_on_run(run, {.data = data}, settings);
  }
  inline static fs::path data, out;
};

TEST_F(ClassifierRun, LearningLowersTheLoss) {
  const ClassifierRunResult r = learn(out / "a", {"classifier.iterations=200"});
  EXPECT_LT(r.last_loss, 0.9 * r.first_loss);
}

TEST_F(ClassifierRun, ComparesTheSamePhotosThreeTimes) {
  const ClassifierRunResult r = learn(out / "a");
  expect_same(r.prototypes, evaluate_one_shot(out / "a", {.data = data}), 0);
  ASSERT_EQ(r.start.novel.size(), 9u);  // 3 novel identities, 4 photos, the first enrols
  ASSERT_EQ(r.learnt.base.size(), 9u);
  EXPECT_EQ(r.learnt.identities, 12u);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(r.start.novel[i].predicted, r.prototypes.novel[i].predicted);
    EXPECT_LE(r.start.novel[i].confidence, 0);
  }
  EXPECT_EQ(r.iterations, 20);
  EXPECT_NE(r.alpha, r.alpha_start);
  EXPECT_EQ(bytes_of(out / "a" / "classifier.json"), to_json(r).dump(2) + "\n");
}

TEST_F(ClassifierRun, WhatIsStoredRecognisesAsWhatWasLearnt) {
  const ClassifierRunResult r = learn(out / "a");
  expect_same(evaluate_ensemble({out / "a"}, {.data = data}, {.classifier = true}), r.learnt, 0);
  const StoredClassifier stored = load_classifier(out / "a" / "classifier.safetensors");
  EXPECT_EQ(stored.identities.size(), 12u);
  EXPECT_EQ(stored.identities[3], "003");
  EXPECT_EQ(stored.classifier.dim, 8u);
  EXPECT_EQ(stored.classifier.alpha, r.alpha);
}

TEST_F(ClassifierRun, ADamagedFileIsRefused) {
  learn(out / "a");
  const fs::path file = out / "a" / "classifier.safetensors", damaged = out / "damaged.safetensors";
  const std::string whole = bytes_of(file);
  for (const auto& [at, part] :
       {std::pair{whole.size() - 1, std::string("tensor identities")},
        {whole.find("doppel classifier") + 1, std::string("the header is damaged")}}) {
    std::string bytes = whole;
    bytes[at] ^= 4;
    std::ofstream(damaged, std::ios::binary) << bytes;
    EXPECT_TRUE(contains(error_text<IoError>([&] { load_classifier(damaged); }), part));
  }
}

TEST_F(ClassifierRun, EqualRunsGiveEqualFiles) {
  struct Files {
    std::string classifier, figures;
    bool operator==(const Files&) const = default;
  };
  const auto files = [&](const std::vector<std::string>& more) -> Files {
    learn(out / "a", more);
    return {bytes_of(out / "a" / "classifier.safetensors"), bytes_of(out / "a" / "classifier.json")};
  };
  const Files first = files({}), augmented = files({"classifier.augment=true"});
  EXPECT_TRUE(files({}) == first);
  EXPECT_TRUE(files({"classifier.augment=true"}) == augmented);
  // The first file differs with every setting, because it holds them; the figures do not.
  EXPECT_NE(augmented.figures, first.figures);
  EXPECT_NE(files({"seed=8"}).figures, first.figures);
  EXPECT_NE(files({"seed=8", "classifier.augment=true"}).figures, augmented.figures);
}

TEST_F(ClassifierRun, AlphaStartsAsTrainedOrAsInTheRecipe) {
  EXPECT_EQ(learn(out / "a", {"classifier.alpha=start"}).alpha_start, 16);
  const double trained = learn(out / "a").alpha_start;
  EXPECT_NE(trained, 16);
  EXPECT_NEAR(trained, 16, 2);  // ten steps
}

TEST_F(ClassifierRun, RefusesOtherSettingsAndOtherPeople) {
  const auto text = [&](const std::vector<std::string>& settings, const fs::path& photos) {
    return error_text<std::exception>([&] { learn_on_run(out / "a", {.data = photos}, settings); });
  };
  EXPECT_TRUE(has(text({"network.input=32", "seed=3", "optim.rate=1"}, data),
                  "classifier.* and seed alone, got network.input, optim.rate"));
  EXPECT_TRUE(has(text({}, data), "classifier.batch must be in 1..12"));  // the paper's 81
  const fs::path fewer = pattern_folder("classifier_fewer");
  fs::remove_all(fewer / "002");
  fs::remove_all(fewer / "007");
  fs::remove_all(fewer / "011");  // novel: nobody has to be there
  EXPECT_TRUE(has(text({}, fewer), "2 are missing: 002, 007"));
}

TEST_F(ClassifierRun, LearnsWithoutNovelPeople) {
  const fs::path run = out / "all";
  train({.data = data, .run = run, .config = tiny_config({"data.base_identities=all"})});
  const ClassifierRunResult r = learn(run);
  for (const OneShotResult* part : {&r.prototypes, &r.start, &r.learnt}) {
    EXPECT_FALSE(part->novel_top1.has_value());
    EXPECT_TRUE(part->base_top1.has_value());
    EXPECT_EQ(part->base.size(), 12u);
  }
  EXPECT_EQ(bytes_of(run / "classifier.json"), to_json(r).dump(2) + "\n");
  expect_same(evaluate_ensemble({run}, {.data = data}, {.classifier = true}), r.learnt, 0);
  expect_same(evaluate_ensemble({run, run}, {.data = data}), r.prototypes, 0);
}

TEST_F(ClassifierRun, AnEnsembleOfOneRunTwiceIsThatRun) {
  const OneShotResult one = evaluate_one_shot(out / "b", {.data = data});
  expect_same(evaluate_ensemble({out / "b"}, {.data = data}), one, 0);
  expect_same(evaluate_ensemble({out / "b", out / "b"}, {.data = data}), one, 1e-6f);
  learn(out / "b");
  const OneShotResult classifier = evaluate_ensemble({out / "b"}, {.data = data}, {.classifier = true});
  expect_same(evaluate_ensemble({out / "b", out / "b"}, {.data = data}, {.classifier = true}), classifier,
              1e-6f);
}

TEST_F(ClassifierRun, RunsOfDifferentInputAndEmbeddingSizesAreAveraged) {
  learn(out / "a");
  learn(out / "b");
  for (const bool classifier : {false, true}) {
    const auto both = [&](const fs::path& x, const fs::path& y) {
      return evaluate_ensemble({x, y}, {.data = data}, {.classifier = classifier});
    };
    const OneShotResult r = both(out / "a", out / "b");
    EXPECT_EQ(r.novel.size(), 9u);
    EXPECT_EQ(r.base.size(), 9u);
    EXPECT_EQ(r.identities, 12u);
    expect_same(r, both(out / "b", out / "a"), 1e-6f);
    const OneShotResult alone = evaluate_ensemble({out / "a"}, {.data = data}, {.classifier = classifier});
    float change = 0;
    for (std::size_t i = 0; i < 9; ++i)
      change = std::max(change, std::abs(alone.novel[i].confidence - r.novel[i].confidence));
    EXPECT_GT(change, 1e-3f);
  }
}

TEST_F(ClassifierRun, RunsOfDifferentSplitsAreRefusedByName) {
  train({.data = data,
         .run = out / "fewer",
         .config = tiny_config({"data.base_identities=7"}),
         .stop_after = 1});
  train({.data = data,
         .run = out / "test2",
         .config = tiny_config({"data.base_test_photos=2"}),
         .stop_after = 1});
  const auto text = [&](const fs::path& other) {
    return error_text<std::exception>([&] { evaluate_ensemble({out / "a", other}, {.data = data}); });
  };
  EXPECT_TRUE(has(text(out / "fewer"), (out / "a").string() + " alone: 2 (007, 008)")) << text(out / "fewer");
  EXPECT_TRUE(has(text(out / "fewer"), (out / "fewer").string() + " alone: 0"));
  EXPECT_TRUE(has(text(out / "test2"), "data.base_test_photos"));
}

TEST_F(ClassifierRun, AClassifierServesOnlyItsOwnNetworkAndPeople) {
  learn(out / "a");
  const fs::path more = pattern_folder("classifier_more", 13);
  const auto text = [&](const fs::path& run, const fs::path& photos, const std::string& checkpoint) {
    return error_text<std::exception>(
        [&] { evaluate_ensemble({run}, {.data = photos, .checkpoint = checkpoint}, {.classifier = true}); });
  };
  const std::string earlier = (out / "a" / "checkpoints" / "step-5.safetensors").string();
  EXPECT_TRUE(has(text(out / "a", data, earlier), "another checkpoint")) << text(out / "a", data, earlier);
  EXPECT_TRUE(has(text(out / "a", more, "last"), "in the data alone: 1 (012)"))
      << text(out / "a", more, "last");
  train({.data = data, .run = out / "none", .config = tiny_config(), .stop_after = 1});
  EXPECT_TRUE(has(text(out / "none", data, "last"), "there is no classifier"));
}

TEST_F(ClassifierRun, ADamagedClassifierIsRefused) {
  const fs::path file = fresh_folder("classifier_damaged") / "classifier.safetensors";
  StoredClassifier stored;
  stored.classifier = start_classifier({std::vector<float>{1, 0, 0, 1}, 2}, 16);
  stored.identities = {"x", "y"};
  stored.network = "0123456789abcdef";
  save_classifier(file, stored, Config());
  EXPECT_EQ(load_classifier(file).identities, stored.identities);
  EXPECT_EQ(load_classifier(file).network, stored.network);
  stored.identities.push_back("z");
  save_classifier(file, stored, Config());
  EXPECT_TRUE(
      has(error_text<IoError>([&] { load_classifier(file); }), "classifier.weight must be F32 [3, 2]"));
  stored.identities[2] = "z\nw";
  EXPECT_TRUE(has(error_text([&] { save_classifier(file, stored, Config()); }), "no line break"));
  for (const std::size_t dim : {0, 2}) {
    stored.classifier.weight.clear();
    stored.classifier.bias.clear();
    stored.classifier.dim = dim;
    stored.identities.clear();
    save_classifier(file, stored, Config());
    EXPECT_TRUE(has(error_text<IoError>([&] { load_classifier(file); }),
                    fmt::format("must have identities and a dimension, got 0 and {}", dim)));
  }
}

TEST_F(ClassifierRun, OfManyMissingPeopleFiveAreShown) {
  const fs::path fewer = pattern_folder("classifier_many_fewer");
  for (const char* name : {"000", "001", "002", "003", "005", "006", "008"}) fs::remove_all(fewer / name);
  const std::string text =
      error_text<std::exception>([&] { learn_on_run(out / "a", {.data = fewer}, short_learning); });
  EXPECT_TRUE(text.ends_with("7 are missing: 000, 001, 002, 003, 005, ...")) << text;
}

TEST(Names, OfMoreThanFiveTheFirstFiveAreShown) {
  EXPECT_EQ(first_five({}), "");
  EXPECT_EQ(first_five({"a", "b", "c", "d", "e"}), "a, b, c, d, e");
  EXPECT_EQ(first_five({"a", "b", "c", "d", "e", "f"}), "a, b, c, d, e, ...");
  using Names = std::vector<std::string>;
  EXPECT_EQ(missing_names(Names{"c", "a", "b"}, {"a"}), (Names{"c", "b"}));
}

}  // namespace
}  // namespace dg
