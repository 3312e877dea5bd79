// Evaluations of a run, in training and afterwards: whom they test, and what they say.
#include "training/run/evaluate_run.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "console.h"
#include "error_text.h"
#include "training/checkpoint.h"
#include "training/run/evaluate_ensemble.h"
#include "training/run/train_run.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

TEST(EvaluateRun, EvaluationFollowsTheStoredSplitOnAnotherSet) {
  const fs::path data = pattern_folder("stored"), run = fresh_folder("stored_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  // A stranger that sorts first is novel, and nobody else changes sides.
  fs::create_directories(data / "0000");
  for (int p = 0; p < 4; ++p) write_jpeg(data / "0000" / fmt::format("{}.jpg", p), pattern(50, p), 95);
  const OneShotResult more = evaluate_one_shot(run, {.data = data});
  EXPECT_EQ(more.novel.size(), 12u);
  EXPECT_EQ(more.base.size(), 9u);
  // A set of strangers only: everybody is novel.
  const fs::path strangers = fresh_folder("strangers");
  for (const char* name : {"a", "b"}) {
    fs::create_directories(strangers / name);
    for (int p = 0; p < 3; ++p)
      write_jpeg(strangers / name / fmt::format("{}.jpg", p), pattern(name[0], p), 95);
  }
  const OneShotResult others = evaluate_one_shot(run, {.data = strangers});
  EXPECT_EQ(others.novel.size(), 4u);
  EXPECT_FALSE(others.base_top1.has_value());
}

TEST(EvaluateRun, ABrokenTestPhotoCountsAsNotRecognised) {
  const fs::path data = pattern_folder("unread"), run = fresh_folder("unread_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  std::ofstream(data / "010" / "2.jpg", std::ios::trunc) << "not a photo";  // novel, not the one that enrols
  std::ofstream(data / "002" / "3.jpg", std::ios::trunc) << "not a photo";  // base, held out
  const OneShotResult r = evaluate_one_shot(run, {.data = data});
  EXPECT_EQ(r.novel.size(), 9u);
  EXPECT_EQ(r.base.size(), 9u);
  EXPECT_EQ(std::ranges::count_if(r.novel, [](const Recognition& p) { return !p.answered(); }), 1);
  EXPECT_EQ(std::ranges::count_if(r.base, [](const Recognition& p) { return !p.answered(); }), 1);
}

TEST(EvaluateRun, EvaluationSaysWhomItTakesAsKnown) {
  const fs::path data = pattern_folder("takes"), out = fresh_folder("takes_out"), run = out / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  // Other people in folders and files of the same names.
  for (int identity = 0; identity < 12; ++identity) {
    const fs::path folder = out / "others" / fmt::format("{:03}", identity);
    fs::create_directories(folder);
    for (int p = 0; p < 4; ++p) write_jpeg(folder / fmt::format("{}.jpg", p), pattern(60 + identity, p), 70);
  }
  std::string said;
  EvaluateOptions options{.data = out / "others", .note = [&](const std::string& text) { said += text; }};
  const OneShotResult strangers = evaluate_one_shot(run, options);
  EXPECT_EQ(strangers.novel.size(), 36u);
  EXPECT_FALSE(strangers.base_top1.has_value());
  EXPECT_TRUE(contains(said, "0 of 12 identities are taken as known")) << said;
  options.known_by = KnownBy::names;
  EXPECT_EQ(evaluate_one_shot(run, options).novel.size(), 9u);
  options = {.data = data, .known_by = KnownBy::nothing};
  EXPECT_EQ(evaluate_one_shot(run, options).novel.size(), 36u);
}

TEST(EvaluateRun, EvaluationTakesTheBestCheckpointOrTheLastAndSaysWhich) {
  const fs::path data = pattern_folder("which"), out = fresh_folder("which_out");
  std::string said;
  const auto evaluated = [&](const fs::path& run, const std::string& checkpoint) {
    said.clear();
    evaluate_one_shot(run, {.data = data, .checkpoint = checkpoint, .note = [&](const std::string& text) {
                              said += text;
                            }});
    return said.substr(0, said.find(".safetensors"));
  };
  train({.data = data, .run = out / "a", .config = tiny_config({"evaluate.every=5"}), .stop_after = 7});
  const std::string folder = (out / "a/checkpoints").string();
  EXPECT_EQ(evaluated(out / "a", best_or_last), "checkpoint " + folder + "/best");
  EXPECT_TRUE(contains(
      said,
      "on the photos that chose it, figures are a little too good; --checkpoint last takes the last one"));
  EXPECT_EQ(evaluated(out / "a", "best"), "checkpoint " + folder + "/best");
  EXPECT_FALSE(contains(said, "too good")) << "it was asked for";
  EXPECT_EQ(evaluated(out / "a", "last"), "checkpoint " + folder + "/step-7");
  fs::resize_file(out / "a/checkpoints/best.safetensors", 5000);
  EXPECT_TRUE(contains(error_text<IoError>([&] { evaluated(out / "a", best_or_last); }),
                       "(--checkpoint last takes the last one)"));
  train({.data = data, .run = out / "b", .config = tiny_config({"evaluate.every=0"})});
  EXPECT_EQ(evaluated(out / "b", best_or_last), "checkpoint " + (out / "b/checkpoints/step-10").string());
}

TEST(EvaluateRun, ATableOfFamiliesThatLacksAPersonStopsNothing) {
  const fs::path data = pattern_folder("lacks"), run = fresh_folder("lacks_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  std::ofstream(data / "families.csv") << "identity,family\n000,0\n";
  std::string said;
  const OneShotResult r =
      evaluate_one_shot(run, {.data = data, .note = [&](const std::string& text) { said += text; }});
  EXPECT_EQ(r.novel.size(), 9u);
  EXPECT_FALSE(r.family.has_value());
  EXPECT_TRUE(contains(said, "no family for identity 001: errors within families are not counted")) << said;
}

TEST(EvaluateRun, EvaluationRefusesABrokenTableOfIdentities) {
  const fs::path data = pattern_folder("table"), run = fresh_folder("table_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const fs::path table = run / "identities.tsv";
  const std::string text = bytes_of(table);
  const auto message = [&](const std::string& now) {
    std::ofstream(table, std::ios::trunc) << now;
    return error_text<IoError>([&] { evaluate_one_shot(run, {.data = data}); });
  };
  EXPECT_EQ(message(text), "no error");
  EXPECT_EQ(message(""), table.string() + ": is empty");
  // Cut short at the end of a line: the people of the training would count as new ones.
  EXPECT_EQ(message(text.substr(0, text.find('\n') + 1)),
            table.string() + ": has 1 base identities, but " +
                (run / "checkpoints" / "step-1.safetensors").string() + " was trained on 9");
  fs::remove(table);
  EXPECT_NE(error_text<IoError>([&] { evaluate_one_shot(run, {.data = data}); }).find(table.string()),
            std::string::npos);
}

TEST(EvaluateRun, WithoutTestPhotosItTrainsAndSaysThatNothingIsEvaluated) {
  const fs::path data = pattern_folder("one_photo"), run = fresh_folder("one_photo_out") / "run";
  for (const char* name : {"009", "010", "011"}) {
    for (const char* photo : {"1.jpg", "2.jpg", "3.jpg"}) fs::remove(data / name / photo);
  }
  const Console console;
  const Config config = tiny_config({"evaluate.every=1", "data.base_test_photos=0"});
  EXPECT_EQ(train({.data = data, .run = run, .config = config, .console = console.get()}).steps, 10);
  EXPECT_TRUE(contains(console.text(), "nothing is evaluated in training"));
  EXPECT_FALSE(fs::exists(run / "checkpoints" / "best.safetensors"));
  EXPECT_EQ(
      error_text<std::exception>([&] { evaluate_one_shot(run, {.data = data}); }),
      "[one-shot] there must be photos to test: a second photo of a novel identity, beside the one that "
      "enrols it, or of base identities those that were held out (data.base_test_photos), got none of 3 "
      "novel and 9 base identities");
}

// Of 12 people 2 have a single photo: they train and are not tested.
TEST(EvaluateRun, WithoutNovelPeopleTheBasePhotosAreEvaluated) {
  const fs::path data = pattern_folder("all_base"), out = fresh_folder("all_base_out"), run = out / "run";
  for (const char* name : {"003", "007"}) {
    for (const char* photo : {"1.jpg", "2.jpg", "3.jpg"}) fs::remove(data / name / photo);
  }
  const Console console;
  const Config config = tiny_config({"data.base_identities=all", "evaluate.every=4"});
  train({.data = data, .run = run, .config = config, .console = console.get()});
  const std::string said = console.text();
  EXPECT_TRUE(contains(said, "2 of 12 base identities have no more than data.base_test_photos = 1 photos"));
  EXPECT_TRUE(contains(said, "step 8: base top-1 "));
  const auto evaluations = [](const fs::path& of) {
    std::ifstream metrics(of / "metrics.jsonl");
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(metrics, line);) {
      if (line.find("base_top1") != std::string::npos) lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
  };
  ASSERT_EQ(evaluations(run).size(), 3u) << "after steps 4 and 8, and at the end";
  EXPECT_FALSE(evaluations(run)[0].contains("coverage_0.99"));
  EXPECT_EQ(best_score(run / "checkpoints" / "best.safetensors").value,
            std::max(evaluations(run)[0]["base_top1"].get<double>(),
                     evaluations(run)[1]["base_top1"].get<double>()));

  const OneShotResult scores = evaluate_one_shot(run, {.data = data});
  EXPECT_FALSE(scores.novel_top1.has_value());
  EXPECT_TRUE(scores.base_top1.has_value());
  EXPECT_EQ(scores.base.size(), 10u);

  // A run that was stopped after the evaluation and goes on has each of its lines once.
  train({.data = data, .run = out / "halves", .config = config, .stop_after = 4});
  train({.data = data, .run = out / "halves", .config = config, .resume = true});
  EXPECT_EQ(evaluations(out / "halves"), evaluations(run));
  EXPECT_TRUE(
      contains(error_text<std::exception>([&] {
                 train({.data = data, .run = out / "strict", .config = tiny_config({"data.strict=true"})});
               }),
               "[split] identity 003 has 1 photos"));
}

// The same keys decide in evaluations, whatever the folder has become.
TEST(EvaluateRun, AnEvaluationReadsTheFolderAsTheTrainingDid) {
  const fs::path data = pattern_folder("same_keys"), out = fresh_folder("same_keys_out");
  for (const char* name : {"000", "010"}) {
    fs::create_directories(data / name / "more");
    write_jpeg(data / name / "more" / "9.jpg", pattern(10, 9), 95);
  }
  const auto novel_photos = [&](const char* nested) {
    const fs::path run = out / nested;
    train({.data = data,
           .run = run,
           .config = tiny_config({std::string("data.nested=") + nested}),
           .stop_after = 1});
    std::vector<std::string> notes;
    const OneShotResult r = evaluate_one_shot(
        run, {.data = data, .note = [&](const std::string& note) { notes.push_back(note); }});
    EXPECT_EQ(std::ranges::count(notes, "left out: 2 folders in identities' folders (000/more, 010/more)"),
              std::string(nested) == "false");
    EXPECT_TRUE(contains(notes.back(), "9 of 12 identities are taken as known"));
    return r.novel.size();
  };
  EXPECT_EQ(novel_photos("true"), 10u);
  EXPECT_EQ(novel_photos("false"), 9u);
  EXPECT_TRUE(contains(error_text<std::exception>([&] {
                         evaluate_ensemble({out / "true", out / "false"}, {.data = data});
                       }),
                       "[evaluate] runs must share data.nested, got true in "));
  // An older run's settings do not have the keys: the defaults decide.
  const fs::path config = out / "true" / "config.toml";
  std::string text = bytes_of(config);
  for (const char* line : {"nested = true\n", "strict = false\n"}) {
    ASSERT_NE(text.find(line), std::string::npos);
    text.erase(text.find(line), std::string_view(line).size());
  }
  std::ofstream(config, std::ios::trunc) << text;
  EXPECT_EQ(evaluate_one_shot(out / "true", {.data = data}).novel.size(), 10u);
  std::ofstream(config, std::ios::trunc) << text.replace(text.find("[data]\n"), 7, "[data]\nstrict = true\n");
  fs::create_directory(data / "empty");
  EXPECT_TRUE(contains(error_text<std::exception>([&] { evaluate_one_shot(out / "true", {.data = data}); }),
                       "data.strict = true refuses"));
}

TEST(EvaluateRun, AnIdentityThatCannotBeEnrolledIsNamed) {
  const fs::path data = pattern_folder("enrol"), run = fresh_folder("enrol_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const auto complaint = [&](const std::string& side, const char* identity) {
    for (int p = 0; p < 4; ++p)
      std::ofstream(data / identity / fmt::format("{}.jpg", p), std::ios::trunc) << "\xFF\xD8\xFF, no photo";
    EXPECT_EQ(
        error_text<std::exception>(
            [&] { evaluate_one_shot(run, {.data = data, .known_by = KnownBy::names}); }),
        fmt::format("[one-shot] {} identity {} must have a photo that decodes to be enrolled, but {} does "
                    "not",
                    side, identity, (data / identity / "0.jpg").string()));
  };
  complaint("novel", "010");
  complaint("base", "003");
}

TEST(EvaluateRun, VerificationNamesAMissingPhoto) {
  const fs::path data = pattern_folder("verify"), run = fresh_folder("verify_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const fs::path pairs = run / "pairs.txt";
  std::ofstream(pairs) << "2 1\nA\t1\t2\nA\t1\tB\t1\nA\t1\t2\nA\t1\tB\t1\n";
  const std::string text =
      error_text<std::exception>([&] { evaluate_verification(run, {.data = data}, pairs); });
  EXPECT_NE(text.find("A/A_0001.jpg"), std::string::npos) << text;
}

TEST(EvaluateRun, EvaluationWithoutACheckpointSaysSo) {
  const fs::path data = pattern_folder("no_checkpoint"), run = fresh_folder("no_checkpoint_out") / "run";
  train({.data = data, .run = run, .config = tiny_config(), .stop_after = 1});
  const std::string expected = (run / "checkpoints").string() + ": there is no checkpoint";
  const auto evaluate = [&] {
    return error_text<std::exception>([&] { evaluate_one_shot(run, {.data = data}); });
  };
  fs::remove(run / "checkpoints" / "step-1.safetensors");
  EXPECT_EQ(evaluate(), expected);
  fs::remove_all(run / "checkpoints");
  EXPECT_EQ(evaluate(), expected) << "nor without the folder";
}

}  // namespace
}  // namespace dg
