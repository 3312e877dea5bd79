// The one-shot set as TSV against the same photos as a class folder, and what only the TSV path has.
#include <map>
#include <set>

#include "error_text.h"
#include "tests/data/tsv/celeb_files.h"
#include "training/checkpoint.h"
#include "training/run/classifier_run.h"
#include "training/run/evaluate_celeb.h"
#include "training/run/evaluate_ensemble.h"
#include "training/run/evaluate_run.h"
#include "training/run/train_run.h"
#include "training/run/training_data.h"
#include "training/tiny_run.h"
#include "training/trainer.h"

namespace dg {
namespace {

CelebFiles celeb_files(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  return CelebFiles(twelve_faces(folder / "faces"), folder / "tsv");
}

fs::path faces_of(const CelebFiles& files) { return files.folder.parent_path() / "faces"; }

Config toml_config(std::vector<std::string> more = {}) {
  more.insert(more.begin(), "data.base_identities=all");
  return tiny_config(more);
}

// The bytes of a checkpoint after four steps on `data`.
std::string four_steps(const fs::path& path, const Config& config, const fs::path& checkpoint) {
  const TrainingData data = open_training_data(path, config);
  PhotoStore store(data.set, replacement_lists(data.set, data.split),
                   {.size = static_cast<int>(config.network.input), .memory_bytes = data.cache_bytes});
  Trainer trainer(config, data.set, data.split, store, Device::cpu);
  trainer.initialise();
  for (int i = 0; i < 4; ++i) trainer.step();
  EXPECT_EQ(store.cached_bytes() > 0, data.cache_bytes > 0);
  save_checkpoint(checkpoint, trainer, tiny_config());
  return bytes_of(checkpoint);
}

TEST(CelebRun, TrainingGivesTheSameBitsAsOnAClassFolder) {
  const CelebFiles files = celeb_files("celeb_bits");
  const fs::path out = fresh_folder("celeb_bits_out") / "x";
  const std::string folder = four_steps(faces_of(files), tiny_config(), out);
  EXPECT_TRUE(folder == four_steps(files.toml(), toml_config(), out));
  EXPECT_TRUE(folder == four_steps(files.toml(), toml_config({"data.workers=3", "data.cache_mb=1"}), out));
  EXPECT_FALSE(folder == four_steps(files.toml(), toml_config({"seed=1"}), out));
}

TEST(CelebRun, TheCacheIsOffUnlessAskedFor) {
  const CelebFiles files = celeb_files("celeb_cache");
  EXPECT_EQ(open_training_data(files.toml(), toml_config()).cache_bytes, 0);
  EXPECT_EQ(open_training_data(files.toml(), toml_config({"data.cache_mb=3"})).cache_bytes, 3 << 20);
  EXPECT_EQ(open_training_data(faces_of(files), tiny_config()).cache_bytes, std::int64_t{4096} << 20);
}

struct TrainedOnCeleb : testing::Test {
  void SetUp() override {
    run = fresh_folder("celeb_run_out") / "run";
    train({.data = files.toml(), .run = run, .config = toml_config({"evaluate.every=5"})});
  }
  EvaluateOptions options() const { return {.data = files.toml()}; }
  const CelebFiles files = celeb_files("celeb_run");
  fs::path run;
};

TEST_F(TrainedOnCeleb, TheDevelopmentSetGivesTheFiguresOfTheSamePhotosInAClassFolder) {
  const CelebEvaluation tsv = evaluate_celeb(run, options(), HeldOut::development);
  const OneShotResult folder = evaluate_one_shot(run, {.data = faces_of(files)});
  ASSERT_TRUE(tsv.figures);
  EXPECT_EQ(tsv.recognised, 18);
  EXPECT_EQ(tsv.figures->identities, 12u);
  EXPECT_EQ(tsv.figures->novel.size(), 9u);
  EXPECT_EQ(to_json(*tsv.figures), to_json(folder));
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(tsv.figures->novel[i].confidence, folder.novel[i].confidence);
    EXPECT_EQ(tsv.figures->base[i].predicted, folder.base[i].predicted);
  }
  EXPECT_TRUE(fs::exists(run / "checkpoints" / "best.safetensors"))
      << "training looked at the development set";
}

TEST_F(TrainedOnCeleb, ClassifierAndEnsembleGiveTheFiguresOfAClassFolder) {
  const fs::path other = run.parent_path() / "other";
  train({.data = files.toml(), .run = other, .config = toml_config({"seed=1"})});
  const auto learn = [&](const fs::path& folder, const fs::path& data) {
    return to_json(learn_on_run(folder, {.data = data},
                                {"classifier.iterations=20", "classifier.batch=8", "classifier.rate=0.1"}));
  };
  for (const fs::path& one : {run, other}) EXPECT_EQ(learn(one, faces_of(files)), learn(one, files.toml()));
  for (const bool classifier : {false, true}) {
    const auto together = [&](const fs::path& data, HeldOut held_out = HeldOut::development) {
      return to_json(
          evaluate_ensemble({run, other}, {.data = data}, {.held_out = held_out, .classifier = classifier}));
    };
    const auto folder = together(faces_of(files));
    EXPECT_EQ(together(files.toml()), folder);
    EXPECT_EQ(folder["novel_images"], 9);
    EXPECT_EQ(error_text([&] { together(files.toml(), HeldOut::test); }),
              "[evaluate] figures need truth, and the test file of " + files.toml().string() + " has none");
    std::vector<std::string> rows = files.lines("test");  // a test set with truth, and one row fewer
    rows.pop_back();
    const CelebFiles with_truth = celeb_files("celeb_truth");
    with_truth.rewrite("test", rows);
    std::ofstream(with_truth.toml(), std::ios::app)
        << "[columns]\ntest = [\"set\", \"image_id\", \"photo\", \"mid\", \"url\"]\n";
    EXPECT_NE(together(with_truth.toml(), HeldOut::test), folder);
    EXPECT_EQ(together(with_truth.toml()), folder);
  }
}

// A broken photo is told of when all photos have been embedded. If all others break at that moment, learning
// on augmented photos, which reads them again, can go on only with those that were kept in memory.
TEST_F(TrainedOnCeleb, ClassifierLearningKeepsNoPhotosUnlessAskedFor) {
  const fs::path keeps = run.parent_path() / "keeps";
  train({.data = files.toml(), .run = keeps, .config = toml_config({"data.cache_mb=1"})});
  const auto learn = [&](const fs::path& folder) {
    std::vector<std::string> rows = files.lines("base");
    const auto spoil = [](std::string& row) { row.replace(row.find('\t') + 1, 4, "@@@@"); };
    std::vector<std::string> all_broken = rows;
    for (std::string& row : all_broken) spoil(row);
    spoil(rows[9]);
    const CelebFiles copy = celeb_files("celeb_keeps");
    copy.rewrite("base", rows);
    std::string told;
    const auto note = [&](const std::string& text) {
      if (text.find("did not decode") == std::string::npos) return;
      told = text;
      copy.rewrite("base", all_broken);
    };
    const std::string error = error_text([&] {
      learn_on_run(folder, {.data = copy.toml(), .note = note},
                   {"classifier.iterations=2", "classifier.batch=8", "classifier.augment=true"});
    });
    EXPECT_NE(told.find("1 of 48 photos did not decode"), std::string::npos) << told;
    return error;
  };
  EXPECT_NE(learn(run).find("photos it can use here decodes"), std::string::npos) << learn(run);
  EXPECT_EQ(learn(keeps), "no error");
}

TEST_F(TrainedOnCeleb, ASubmissionHoldsLineMidAndConfidenceOfEveryRow) {
  const fs::path development = run / "development.txt", test = run / "test.txt";
  const CelebEvaluation scored = evaluate_celeb(run, options(), HeldOut::development, development);
  const CelebEvaluation blind = evaluate_celeb(run, options(), HeldOut::test, test);
  EXPECT_FALSE(blind.figures);
  EXPECT_EQ(blind.recognised, 18);
  std::map<int, std::pair<std::string, float>> answers;
  std::ifstream in(development);
  int line = 0, expected_line = 0;
  for (std::string mid, confidence; in >> line >> mid >> confidence;) {
    EXPECT_EQ(line, ++expected_line);
    answers[line] = {mid, std::stof(confidence)};
  }
  ASSERT_EQ(answers.size(), 18u);
  // The rows of the figures are in the order of identities, those of the submission in the order of the file.
  std::size_t right = 0;
  for (std::size_t i = 0; i < files.held_out.size(); ++i) {
    const ClassId c = files.set.photos[files.held_out[i]].class_id;
    right += answers[static_cast<int>(i) + 1].first == files.set.classes[c];
  }
  std::multiset<float> confidences, submitted;
  std::size_t correct = 0;
  for (const auto* part : {&scored.figures->novel, &scored.figures->base}) {
    for (const Recognition& r : *part) {
      correct += r.correct();
      confidences.insert(r.confidence);
    }
  }
  for (const auto& [at, answer] : answers) submitted.insert(answer.second);
  EXPECT_EQ(right, correct);
  EXPECT_EQ(submitted, confidences);
  // The test file holds the same photos: the same answers, to the rounding that another batch brings.
  std::ifstream again(test);
  for (std::string mid, confidence; again >> line >> mid >> confidence;) {
    EXPECT_EQ(mid, answers[line].first) << line;
    EXPECT_NEAR(std::stof(confidence), answers[line].second, 1e-5);
    answers.erase(line);
  }
  EXPECT_TRUE(answers.empty());
}

TEST_F(TrainedOnCeleb, RowsWithoutAnAnswerHaveNoLine) {
  std::vector<std::string> rows = files.lines("test");
  rows[2] = "no row";
  rows[5].replace(rows[5].size() / 2, 1, "?");  // in the middle of the photo
  files.rewrite("test", rows);
  std::string notes;
  EvaluateOptions o = options();
  o.note = [&](const std::string& text) { notes += text + "\n"; };
  EXPECT_EQ(evaluate_celeb(run, o, HeldOut::test, run / "s.txt").recognised, 16);
  std::set<int> lines;
  std::ifstream in(run / "s.txt");
  for (std::string line; std::getline(in, line);) lines.insert(std::stoi(line));
  EXPECT_EQ(lines.size(), 16u);
  EXPECT_FALSE(lines.contains(3) || lines.contains(6));
  EXPECT_NE(notes.find("test.tsv:3: 1 columns, must be 5"), std::string::npos) << notes;
  EXPECT_NE(notes.find("test.tsv:6: [base64] position "), std::string::npos) << notes;
}

TEST_F(TrainedOnCeleb, ANovelIdentityWithoutAGoodPhotoIsNamed) {
  std::vector<std::string> rows = files.lines("novel");
  rows[1] = "1\tbm8gcGljdHVyZQ==\t" + files.set.classes[10] + "\t1\tu";
  files.rewrite("novel", rows);
  const std::string expected = "[one-shot] novel identity " + files.set.classes[10] +
                               " must have a photo that decodes to be enrolled, but " +
                               files.tsv("novel").string() + ":2 does not";
  EXPECT_EQ(error_text([&] { evaluate_celeb(run, options(), HeldOut::development); }), expected);
  // Training that evaluates finds the same; no development photo enrols.
  EXPECT_EQ(
      error_text([&] {
        train({.data = files.toml(), .run = run / "other", .config = toml_config({"evaluate.every=1"})});
      }),
      expected);
}

TEST_F(TrainedOnCeleb, NovelIdentitiesMustBeNewToTheNetwork) {
  const fs::path other = fresh_folder("celeb_novel_trained") / "run";
  train({.data = faces_of(files),
         .run = other,
         .config = tiny_config({"data.base_identities=10"}),
         .stop_after = 1});
  EXPECT_EQ(error_text([&] { evaluate_celeb(other, {.data = files.toml()}, HeldOut::development); }),
            "[evaluate] novel identities must be new to the network, but " + other.string() +
                " was trained on " + files.set.classes[9]);
}

TEST(CelebRun, WithoutADevelopmentSetItTrainsAndEvaluatesNothing) {
  const CelebFiles files = celeb_files("celeb_base_only");
  std::ofstream(files.toml()) << "base_train = \"base.tsv\"\n";
  const fs::path run = fresh_folder("celeb_base_only_out") / "run";
  EXPECT_EQ(
      train({.data = files.toml(), .run = run, .config = toml_config({"evaluate.every=2"}), .stop_after = 3})
          .steps,
      3);
  EXPECT_FALSE(fs::exists(run / "checkpoints" / "best.safetensors"));
}

TEST(CelebRun, ResumeContinuesBitForBit) {
  const CelebFiles files = celeb_files("celeb_resume");
  const fs::path out = fresh_folder("celeb_resume_out");
  train({.data = files.toml(), .run = out / "whole", .config = toml_config()});
  train({.data = files.toml(), .run = out / "halves", .config = toml_config(), .stop_after = 4});
  train({.data = files.toml(), .run = out / "halves", .config = toml_config(), .resume = true});
  const fs::path last = fs::path("checkpoints") / "step-10.safetensors";
  EXPECT_TRUE(bytes_of(out / "whole" / last) == bytes_of(out / "halves" / last));
}

TEST(CelebRun, TheFilesSayWhoIsBase) {
  const CelebFiles files = celeb_files("celeb_who");
  EXPECT_EQ(error_text([&] { open_training_data(files.toml(), tiny_config()); }),
            "[train] data.base_identities must be \"auto\" or \"all\" with " + files.toml().string() +
                ", whose base_train file says who is base, got 9");
}

}  // namespace
}  // namespace dg
