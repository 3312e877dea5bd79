// The command line as others script it: exit codes, what goes to stdout and what to stderr, files, JSON keys.
#include <sstream>

#include "tests/apps/json.h"

namespace dg {
namespace {

void expect_share(const Json& json) {
  ASSERT_TRUE(json.is_number()) << json;
  EXPECT_GE(json.get<double>(), 0);
  EXPECT_LE(json.get<double>(), 1);
}

// A run of two steps on 12 identities, 9 of them base, 4 photos each.
class TrainedRun : public testing::Test {
 protected:
  void SetUp() override {
    data = pattern_folder("cli_data");
    run = fresh_folder("cli_out") / "run";
    const Finished f = doppel(train_words(data, run, {"--stop-after", "2"}));
    ASSERT_EQ(f.code, 0) << f.err;
  }
  Finished evaluate(const fs::path& photos, const Words& more) {
    Words words{"evaluate", run.string(), photos.string(), "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return doppel(words);
  }
  fs::path data, run;
};

TEST(CommandLine, HelpIsAResult) {
  const Finished f = doppel({"--help"});
  EXPECT_EQ(f.code, 0);
  EXPECT_EQ(f.err, "");
  for (const char* command : {"faces", "train", "evaluate"}) EXPECT_TRUE(contains(f.out, command));
}

TEST(CommandLine, AHelpThatCannotBeWrittenIsAnError) {
  EXPECT_NE(Program({"--help"}, 100).finish().code, 0);  // a disk with room for 100 bytes
}

TEST(CommandLine, TrainFillsTheRunFolderAndRepeatsItselfBitForBit) {
  const fs::path data = pattern_folder("cli_train"), out = fresh_folder("cli_train_out");
  const auto train = [&](const std::string& run, const std::string& seed) {
    return doppel(train_words(data, out / run, {"--steps", "20", "--stop-after", "5", "--seed", seed}));
  };
  const Finished f = train("a", "5");
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(f.out.rfind("trained 5 steps", 0), 0u) << f.out;
  EXPECT_EQ(std::count(f.out.begin(), f.out.end(), '\n'), 1) << f.out;
  const fs::path last = fs::path("checkpoints") / "step-5.safetensors";
  EXPECT_TRUE(contains(f.out, (out / "a" / last).string()));
  EXPECT_TRUE(contains(f.err, "48 photos of 12 identities"));
  EXPECT_TRUE(contains(f.err, "9 base identities train, 3 novel ones are held out"));
  EXPECT_EQ(f.err.find('\r'), std::string::npos) << "a progress line that no terminal shows";

  EXPECT_EQ(files_in(out / "a"), (Words{last.string(), "config.toml", "data.txt", "identities.tsv",
                                        "metrics.csv", "metrics.jsonl"}));
  EXPECT_EQ(differences(load_config(out / "a" / "config.toml", {}), tiny_config({"steps=20", "seed=5"})),
            (Words{"data.cache_mb", "classifier.batch"}))
      << "what nobody gave fits the data";
  std::istringstream metrics(file_text(out / "a" / "metrics.jsonl"));
  int lines = 0;
  for (std::string line; std::getline(metrics, line);) {
    const Json json = Json::parse(line);
    EXPECT_EQ(json.at("step"), ++lines);
    for (const char* key : {"positive_cosine", "negative_cosine", "positive_violating", "negative_violating"})
      EXPECT_TRUE(json.at(key).is_number()) << key;
  }
  EXPECT_EQ(lines, 5);
  const std::string table = file_text(out / "a" / "metrics.csv");
  EXPECT_EQ(table.rfind("step,rate,loss,", 0), 0u) << table;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 6);  // keys and five steps

  ASSERT_EQ(train("b", "5").code, 0);
  ASSERT_EQ(train("c", "6").code, 0);
  EXPECT_TRUE(file_text(out / "a" / last) == file_text(out / "b" / last));
  EXPECT_FALSE(file_text(out / "a" / last) == file_text(out / "c" / last));
}

TEST_F(TrainedRun, OneShotPrintsTheJsonOfTheContractAndNothingElse) {
  const Finished f = evaluate(data, {"--protocol", "one-shot", "--json", "-"});
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(f.err, "");
  const Json json = Json::parse(f.out);
  ASSERT_EQ(keys(json), (Words{"novel_top1", "coverage", "base_top1", "novel_images", "identities"}));
  ASSERT_EQ(keys(json["coverage"]), (Words{"0.9", "0.95", "0.99", "0.999"}));
  expect_share(json["novel_top1"]);
  expect_share(json["base_top1"]);
  for (const auto& [precision, share] : json["coverage"].items()) expect_share(share);
  EXPECT_EQ(json["novel_images"], 9);  // 3 novel identities, 4 photos, the first enrols
  EXPECT_EQ(json["identities"], 12);

  const fs::path file = run / "one_shot.json";
  const Finished table = evaluate(data, {"--protocol", "one-shot", "--json", file.string()});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(file_text(file), f.out);
  EXPECT_TRUE(contains(table.out, "novel top-1"));
  EXPECT_TRUE(contains(table.out, "base top-1"));
}

TEST_F(TrainedRun, AJsonFileIsTheOldOneOrTheWholeNewOne) {
  const fs::path file = run / "figures.json";
  const Words words{"evaluate", run.string(), data.string(), "--threads", "1", "--json", file.string()};
  ASSERT_EQ(doppel(words).code, 0);
  const std::string figures = file_text(file);
  EXPECT_TRUE(Json::parse(figures).contains("novel_top1"));
  std::ofstream(file) << "{\"old\": 1}";
  const Finished full = Program(words, figures.size() - 1).finish();  // a disk one byte too small
  EXPECT_EQ(full.code, 1);
  EXPECT_TRUE(contains(full.err, "\ndoppel: ")) << "the rest of it is cut by the same limit";
  EXPECT_EQ(file_text(file), "{\"old\": 1}");
  EXPECT_FALSE(fs::exists(file.string() + ".tmp"));
}

TEST_F(TrainedRun, JsonReplacesJsonOnly) {
  const fs::path photo = data / "000" / "0.jpg";
  const std::string bytes = file_text(photo);
  const Finished f = evaluate(data, {"--json", photo.string()});
  EXPECT_NE(f.code, 0);
  EXPECT_TRUE(contains(f.err, photo.string() + " exists and does not hold JSON"));
  EXPECT_EQ(file_text(photo), bytes);
  const fs::path curly = run / "curly.safetensors";  // its header happens to be 123 bytes long
  const std::string header("{\0\0\0\0\0\0\0{}", 10);
  std::ofstream(curly, std::ios::binary) << header;
  EXPECT_NE(evaluate(data, {"--json", curly.string()}).code, 0);
  EXPECT_EQ(file_text(curly), header);
  std::ofstream(run / "empty.json");
  EXPECT_EQ(evaluate(data, {"--json", (run / "empty.json").string()}).code, 0);
}

TEST_F(TrainedRun, JsonGoesWhereALinkLeads) {
  const fs::path file = run / "target.json", link = run / "link.json";
  fs::create_symlink(file, link);
  ASSERT_EQ(evaluate(data, {"--json", link.string()}).code, 0);
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(Json::parse(file_text(file)).contains("novel_top1"));
}

// With the last photo gone, the last one now is one that was trained on.
TEST_F(TrainedRun, BaseFiguresLeaveOutIdentitiesWhosePhotosChanged) {
  const Finished before = evaluate(data, {"--json", "-"});
  ASSERT_EQ(before.code, 0) << before.err;
  EXPECT_FALSE(contains(before.err, "than in the training"));
  std::ofstream(data / "000" / "2.jpg", std::ios::app) << "more";
  EXPECT_TRUE(
      contains(evaluate(data, {}).err, "1 of 9 known identities have photos of other names or sizes"));
  for (const char* name : {"000", "001", "002", "003", "004", "005"}) fs::remove(data / name / "3.jpg");
  const Finished some = evaluate(data, {"--json", "-"});
  ASSERT_EQ(some.code, 0) << some.err;
  EXPECT_TRUE(contains(some.err, "known identities have more or fewer photos than in the training"))
      << some.err;
  for (const auto& entry : fs::directory_iterator(data)) fs::remove(entry.path() / "3.jpg");
  const Finished all = evaluate(data, {"--json", "-"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_TRUE(contains(all.err, "9 of 9 known identities")) << all.err;
  EXPECT_TRUE(!Json::parse(all.out).contains("base_top1") || Json::parse(all.out)["base_top1"].is_null());
}

TEST_F(TrainedRun, AnEditedIdentityTableIsNotBelieved) {
  const fs::path file = run / "identities.tsv";
  std::string text = file_text(file);
  const auto base = text.find("\tbase"), novel = text.find("\tnovel");
  text.replace(std::max(base, novel), base > novel ? 5 : 6, base > novel ? "\tnovel" : "\tbase");
  text.replace(std::min(base, novel), base < novel ? 5 : 6, base < novel ? "\tnovel" : "\tbase");
  std::ofstream(file) << text;
  const Finished f = evaluate(data, {});
  EXPECT_EQ(f.code, 1);
  EXPECT_TRUE(contains(f.err, "identities.tsv: is not as it was when")) << f.err;
}

TEST_F(TrainedRun, AResumeTakesWhatItIsNotToldFromTheRun) {
  const Finished f = doppel({"train", data.string(), "--run", run.string(), "--threads", "1", "--resume"});
  EXPECT_EQ(f.code, 0) << f.err;
  const Finished other = doppel({"train", data.string(), "--run", run.string(), "--threads", "1", "--resume",
                                 "--set", "network.width=0.125"});
  EXPECT_EQ(other.code, 1);
  EXPECT_TRUE(contains(other.err, "network.width")) << other.err;
}

TEST_F(TrainedRun, JsonIsNotWrittenOverAFileOfARunNorIntoNowhere) {
  for (const auto& [target, why] : std::map<std::string, std::string>{
           {(run / "metrics.jsonl").string(), "would be taken for a file of a run"},
           {(run / "classifier.json").string(), "would be taken for a file of a run"},
           {run.string(), "is a folder"},
           {(run / "no" / "figures.json").string(), "its folder is not there"}}) {
    const Finished f = evaluate(data, {"--json", target});
    EXPECT_NE(f.code, 0);
    EXPECT_TRUE(contains(f.err, why)) << f.err;
  }
}

TEST_F(TrainedRun, AResumeAtTheEndSaysSo) {
  const Words words{"train", "--resume", run.string(), "--threads", "1"};
  EXPECT_TRUE(contains(doppel(words).out, "trained 10 steps"));
  const fs::path last = run / "checkpoints/step-10.safetensors";
  const auto written = fs::last_write_time(last);
  const Finished f = doppel(words);
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(fs::last_write_time(last), written) << "nothing was learnt, and nothing is written again";
  EXPECT_TRUE(contains(f.out, run.string() + " is at its end, after ")) << f.out;
  EXPECT_TRUE(contains(f.out, "--extend N adds N steps")) << f.out;
}

TEST_F(TrainedRun, AResumeSaysThatInitIsNotRead) {
  const Finished f = doppel(
      train_words(data, run, {"--resume", "--init", (run / "checkpoints" / "no.safetensors").string()}));
  EXPECT_EQ(f.code, 0) << f.err;
  EXPECT_TRUE(contains(f.err, "so the weights of --init are not read"));
}

TEST_F(TrainedRun, FamiliesOfGeneratedFacesAddNoKey) {
  std::string table = "identity,family\n";
  for (int i = 0; i < 12; ++i) table += fmt::format("{:03},{}\n", i, i / 4);
  std::ofstream(data / "families.csv") << table;
  const Finished f = evaluate(data, {"--protocol", "one-shot", "--json", "-"});
  ASSERT_EQ(f.code, 0) << f.err;
  ASSERT_EQ(keys(Json::parse(f.out)),
            (Words{"novel_top1", "coverage", "base_top1", "novel_images", "identities"}));
}

TEST_F(TrainedRun, VerificationPrintsTheJsonOfTheContractAndNothingElse) {
  const fs::path faces = fresh_folder("cli_lfw"), pairs = run / "pairs.txt";
  const Words names{"Ada_A", "Ben_B", "Cleo_C", "Dan_D"};
  for (int i = 0; i < 4; ++i) {
    const std::string& name = names[static_cast<std::size_t>(i)];
    fs::create_directories(faces / name);
    for (int p = 1; p <= 3; ++p)
      write_jpeg(faces / name / fmt::format("{}_{:04}.jpg", name, p), pattern(i, p), 95);
  }
  std::ofstream(pairs) << "2\t2\n"
                          "Ada_A\t1\t2\nBen_B\t1\t3\nAda_A\t1\tBen_B\t1\nCleo_C\t2\tDan_D\t2\n"
                          "Cleo_C\t1\t2\nDan_D\t2\t3\nAda_A\t3\tCleo_C\t1\nBen_B\t2\tDan_D\t3\n";
  const Finished table = evaluate(faces, {"--protocol", "verification", "--pairs", pairs.string()});
  EXPECT_TRUE(contains(table.out, "4 pairs of two people are too few for this rate)")) << table.out;
  const Finished f =
      evaluate(faces, {"--protocol", "verification", "--pairs", pairs.string(), "--json", "-"});
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(f.err, "");
  const Json json = Json::parse(f.out);
  ASSERT_EQ(keys(json), (Words{"accuracy", "accuracy_sd", "tar_at_far", "threshold", "pairs"}));
  ASSERT_EQ(keys(json["tar_at_far"]), (Words{"0.01", "0.001"}));
  ASSERT_EQ(keys(json["threshold"]), (Words{"0.01", "0.001"}));
  expect_share(json["accuracy"]);
  expect_share(json["accuracy_sd"]);
  for (const auto& [rate, share] : json["tar_at_far"].items()) expect_share(share);
  for (const auto& [rate, threshold] : json["threshold"].items()) EXPECT_TRUE(threshold.is_number());
  EXPECT_EQ(json["pairs"], 8);
}

TEST_F(TrainedRun, EvaluateRefusesWhatItCannotDo) {
  const std::string photos = data.string(), no_pairs = (run / "none.txt").string(),
                    nowhere = (run / "none" / "x.json").string();
  const std::vector<std::pair<Words, std::string>> cases{
      {{"evaluate", photos, photos}, photos + ": not a run folder"},
      {{"evaluate", run.parent_path().string(), photos}, "; did you mean " + run.string() + "?"},
      {{"evaluate", run.string(), (data / "none").string()}, (data / "none").string()},
      {{"evaluate", run.string(), photos, "--protocol", "both"}, "one-shot or verification, got both"},
      {{"evaluate", run.string(), photos, "--protocol", "verification"}, "--pairs FILE"},
      {{"evaluate", run.string(), photos, "--protocol", "verification", "--pairs", no_pairs}, no_pairs},
      {{"evaluate", run.string(), photos, "--checkpoint", "best"}, "best.safetensors"},
      {{"evaluate", run.string(), photos, "--json", nowhere}, nowhere}};
  for (const auto& [words, message] : cases) {
    const Finished f = doppel(words);
    EXPECT_GT(f.code, 0) << f.out;
    EXPECT_TRUE(contains(f.err, message));
  }
}

TEST_F(TrainedRun, EvaluateReadsPhotosByItsOwnSettingsAndChangesNoOthers) {
  const auto settings = [&](const Words& all) {
    Words words{"--known-names", "--json", "-"};
    for (const std::string& setting : all) words.insert(words.end(), {"--set", setting});
    return evaluate(data, words);
  };
  EXPECT_EQ(settings({"data.crop=[0, 0, 400, 400]"}).code, 1) << "a crop that no photo has room for";
  const Finished whole = settings({}), part = settings({"data.crop=[2, 2, 9, 9]", "data.workers=2"});
  ASSERT_EQ(part.code, 0) << part.err;
  EXPECT_EQ(keys(Json::parse(part.out)), keys(Json::parse(whole.out)));
  for (const auto& folder : fs::directory_iterator(data)) {
    for (const char* photo : {"1.jpg", "2.jpg"}) std::ofstream(folder.path() / photo) << "a text";
  }
  const Finished broken = settings({});
  EXPECT_EQ(broken.code, 1);
  EXPECT_TRUE(contains(broken.err, "more photos are broken than data.max_broken = 0.1 allows"));
  const Finished allowed = settings({"data.max_broken=1"});
  EXPECT_EQ(allowed.code, 0) << allowed.err;
  const Finished other = settings({"network.width=0.5", "data.workers=2"});
  EXPECT_EQ(other.code, 1);
  EXPECT_TRUE(contains(other.err, "data.strict, data.crop alone, got network.width"));
  EXPECT_TRUE(contains(settings({"data.wrokers=2"}).err, "did you mean data.workers?"));
}

TEST(CommandLine, FacesAreWrittenOnceAndNeverMixed) {
  const fs::path folder = fresh_folder("cli_faces") / "faces";
  const auto faces = [&](const std::string& size) {
    return doppel({"faces", folder.string(), "--identities", "4", "--photos", "2", "--size", size, "--family",
                   "2", "--spread", "0.3", "--nuisance", "0.5", "--seed", "3"});
  };
  const Finished first = faces("32");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.err, "");
  EXPECT_TRUE(contains(first.out, "wrote 8 photos of 4 identities in 2 families"));
  const Words files = files_in(folder);
  EXPECT_EQ(std::count_if(files.begin(), files.end(), [](const auto& f) { return f.ends_with(".jpg"); }), 8);
  EXPECT_EQ(std::count(files.begin(), files.end(), "families.csv"), 1);
  std::map<std::string, fs::file_time_type> written;
  for (const std::string& file : files) written[file] = fs::last_write_time(folder / file);

  const Finished again = faces("32");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_TRUE(contains(again.out, "already"));
  const Finished other = faces("40");
  EXPECT_GT(other.code, 0);
  EXPECT_EQ(other.out, "");
  EXPECT_TRUE(contains(other.err, folder.string()));
  EXPECT_TRUE(contains(other.err, "size = 32 there, size = 40 asked"));
  EXPECT_EQ(files_in(folder), files);
  for (const std::string& file : files) EXPECT_EQ(fs::last_write_time(folder / file), written[file]) << file;
}

TEST(CommandLine, WholeNumbersAreDecimal) {
  const fs::path faces = fresh_folder("octal") / "faces";
  ASSERT_EQ(doppel({"faces", faces.string(), "--identities", "010", "--photos", "02", "--size", "16"}).code,
            0);
  EXPECT_EQ(std::distance(fs::directory_iterator(faces), fs::directory_iterator()), 12);  // 10 and two tables
  const auto complaint = [&](const Words& more) {
    Words words{"train", faces.string(), "--run", (faces.parent_path() / "run").string()};
    words.insert(words.end(), more.begin(), more.end());
    const Finished f = doppel(words);
    EXPECT_NE(f.code, 0);
    return f.err;
  };
  EXPECT_TRUE(contains(complaint({"--seed", "99999999999999999999"}), "--seed: must be at most"));
  EXPECT_TRUE(contains(complaint({"--steps", "1e3"}), "--steps: must be a whole number, got 1e3"));
  EXPECT_TRUE(contains(complaint({"--steps", "0x10"}), "--steps: must be a whole number, got 0x10"));
  EXPECT_TRUE(contains(complaint({"--threads", "1000000"}), "must be at most 10 times the"));
}

TEST(CommandLine, AnEmptyTextIsNoFile) {
  const fs::path data = pattern_folder("empty_text");
  for (const char* option : {"--init", "--recipe", "--run"}) {
    const Finished f = doppel({"train", data.string(), "--run", "unused", option, ""});
    EXPECT_NE(f.code, 0);
    EXPECT_TRUE(contains(f.err, std::string(option) + ": must not be empty")) << f.err;
  }
}

// The runtime of OpenMP reads its settings before main, so the program must have started itself anew.
TEST(CommandLine, ThreadsSpinBriefly) {
  const fs::path data = pattern_folder("spin"), out = fresh_folder("spin_out");
  const auto environment_has = [&](const std::string& run, const std::string& variable) {
    Program training(train_words(data, out / run, {"--steps", "1000000"}));
    EXPECT_TRUE(training.wait_for([&] { return fs::exists(out / run / "metrics.jsonl"); }));
    const std::string environment = file_text(fmt::format("/proc/{}/environ", training.process()));
    return contains(environment, variable);
  };
  ::unsetenv("GOMP_SPINCOUNT");
  EXPECT_TRUE(environment_has("a", "GOMP_SPINCOUNT=5000"));
  ::setenv("OMP_WAIT_POLICY", "active", 1);
  EXPECT_FALSE(environment_has("b", "GOMP_SPINCOUNT="));
  ::unsetenv("OMP_WAIT_POLICY");
}

}  // namespace
}  // namespace dg
