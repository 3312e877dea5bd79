// doppel check, and the other subcommands on the folder that it complains about.
#include <unistd.h>

#include <regex>
#include <set>

#include "interop/whole_file.h"
#include "tests/apps/json.h"
#include "tests/apps/messy_folder.h"
#include "tests/data/tsv/celeb_files.h"
#include "tests/faults/faults.h"

namespace dg {
namespace {

const Words fast{"--set", "network.input=24",     "--set", "network.width=0.0625",
                 "--set", "network.embedding=8",  "--set", "network.blocks=[1, 1]",
                 "--set", "network.branches=[3]", "--set", "init.lsuv_images=32"};

Finished run(Words words, const Words& more = {}) {
  words.insert(words.end(), fast.begin(), fast.end());
  words.insert(words.end(), more.begin(), more.end());
  return doppel(words);
}

Finished check(const fs::path& data, const Words& more = {}) {
  return run({"check", data.string(), "--device", "cpu", "--threads", "1", "--no-timing"}, more);
}

Json check_json(const fs::path& data, const Words& more = {}, int code = 0) {
  Words words{"--json", "-"};
  words.insert(words.end(), more.begin(), more.end());
  const Finished f = check(data, words);
  EXPECT_EQ(f.code, code) << f.err << f.out;
  EXPECT_EQ(f.err, "");
  return Json::parse(f.out);
}

Json counted(const char* what, const Json& entries) { return {{"count", entries.size()}, {what, entries}}; }

// The folders without permission cannot be told from others by root.
const bool is_root = ::geteuid() == 0;

class MessyFolder : public testing::Test {
 protected:
  static void SetUpTestSuite() { data = messy_folder("messy"); }
  static void TearDownTestSuite() { make_readable(data); }
  inline static fs::path data;
};

TEST_F(MessyFolder, EachOddityIsListedOnce) {
  const Json c = check_json(data, {"--set", "data.workers=2"});
  EXPECT_EQ(c["would_start"], true);
  EXPECT_EQ(c["obstacles"], Json::array());
  const Json none = Json::array();
  EXPECT_EQ(c["left_out"]["no_photos"], counted("paths", {"00012/nothing", "Nobody"}));
  EXPECT_EQ(c["left_out"]["unreadable"], counted("paths", is_root ? none : Json{"Hidden from us"}));
  EXPECT_EQ(c["left_out"]["dangling_link"], counted("paths", {"00010/notes", "00040"}));
  EXPECT_EQ(c["left_out"]["line_break"], counted("paths", {"line\nbreak"}));
  EXPECT_EQ(c["left_out"]["nested"], counted("paths", none));
  EXPECT_EQ(c["left_out"]["too_deep"], counted("paths", {"00017/1/2/3/4/5/6/7/8/9"}));
  EXPECT_EQ(c["left_out"]["linked_again"], counted("paths", {"00015/self"}));
  EXPECT_EQ(c["left_out"]["beside"], counted("paths", {"group.jpg"}));
  EXPECT_EQ(c["left_out"]["system"], counted("paths", {"00011/Thumbs.db", "__MACOSX"}));
  EXPECT_EQ(c["nested_folders"], counted("paths", {"00001/monday", "00017/1/2/3/4/5/6/7/8"}));
  EXPECT_EQ(c["other_types"], Json({{"gif", 1}}));
  EXPECT_EQ(c["other_files"], Json({{"txt", 1}}));

  EXPECT_EQ(c["people"], is_root ? 45 : 44);
  // 44 people x 4, less 3 of 00002 and 2 of 00018, and one more each of 00005, 00008 and 00017, two of 00007
  const int photos = 44 * 4 - 3 - 2 + 1 + 2 + 1 + 1 + (is_root ? 1 : 0);
  EXPECT_EQ(c["photos"], photos);
  EXPECT_EQ(c["photos_per_person"]["min"], 1);
  EXPECT_EQ(c["photos_per_person"]["median"], 4);
  EXPECT_EQ(c["photos_per_person"]["max"], 6);
  const Json& bins = c["photos_per_person"]["histogram"];
  ASSERT_EQ(bins.size(), 8u);
  EXPECT_EQ(bins[0], Json({{"from", 1}, {"to", 1}, {"people", is_root ? 2 : 1}}));
  EXPECT_EQ(bins[1], Json({{"from", 2}, {"to", 2}, {"people", 1}}));
  EXPECT_EQ(bins[2], Json({{"from", 3}, {"to", 4}, {"people", 38}}));
  EXPECT_EQ(bins[3], Json({{"from", 5}, {"to", 9}, {"people", 4}}));
  EXPECT_EQ(bins[7], Json({{"from", 100}, {"to", nullptr}, {"people", 0}}));
  EXPECT_EQ(c["one_photo"], counted("people", is_root ? Json{"00002", "Hidden from us"} : Json{"00002"}));

  ASSERT_EQ(c["broken"]["count"], 2);
  EXPECT_EQ(c["broken"]["photos"][0]["path"], "00009/001.jpg");
  EXPECT_EQ(c["broken"]["photos"][1]["path"], "00010/001.jpg");
  EXPECT_EQ(c["duplicates_under_two_names"],
            Json({{"count", 1},
                  {"groups", {{{"same_bytes", false}, {"photos", {"00005/001.png", "00006/001.jpg"}}}}},
                  {"photos", 2}}));
  EXPECT_EQ(c["duplicates_of_one_person"],
            Json({{"count", 1},
                  {"groups", {{{"same_bytes", true}, {"photos", {"00004/001.jpg", "00004/003.jpg"}}}}},
                  {"photos", 2}}));
  EXPECT_EQ(c["scenes"],
            Json({{"count", 2}, {"photos", {"00007/large.jpg", "00007/wide.jpg"}}, {"suspected", false}}));
  EXPECT_EQ(c["tiny"], Json({{"count", 1}, {"photos", {"00008/tiny.jpg"}}, {"network_input", 24}}));
  EXPECT_EQ(c["width"], Json({{"min", 20}, {"median", 32}, {"max", 1001}}));
  EXPECT_EQ(c["height"], Json({{"min", 28}, {"median", 32}, {"max", 900}}));
  ASSERT_EQ(c["colliding_names"]["count"], 2);
  EXPECT_EQ(c["colliding_names"]["groups"][0], Json({{"names", {"Anna", "anna"}}, {"differ_in", {"case"}}}));
  EXPECT_EQ(c["colliding_names"]["groups"][1],
            Json({{"names", {"Zoe\u0308", "Zo\u00EB"}}, {"differ_in", {"unicode"}}}));

  const int people = is_root ? 45 : 44, untested = is_root ? 2 : 1;
  EXPECT_EQ(c["training"], Json({{"base_identities", people},
                                 {"novel_identities", 0},
                                 {"training_photos", photos - (people - untested)},
                                 {"base_test_photos", people - untested},
                                 {"novel_enrol_photos", 0},
                                 {"novel_test_photos", 0},
                                 {"untested_base_identities", untested}}));
  EXPECT_FALSE(c.contains("expected")) << "--no-timing";
}

TEST_F(MessyFolder, EveryNumberOfTheTextIsInTheJson) {
  const fs::path file = fresh_folder("check_json") / "check.json";
  const Finished f = check(data, {"--json", file.string()});
  ASSERT_EQ(f.code, 0) << f.err;
  for (const char* text :
       {"photos of a person:  1: ",
        "folders without photos                          2   00012/nothing, Nobody\n",
        "the same picture under two names                1   of 2 photos\n    00005/001.png = "
        "00006/001.jpg\n",
        "    00004/001.jpg = 00004/003.jpg (same bytes)\n", "line\\nbreak", "00009/001.jpg: [decode_jpeg] ",
        "\"Anna\" = \"anna\" (case)", "doppel train would start\n"})
    EXPECT_TRUE(contains(f.out, text));
  std::string numbers = file_text(file), json = numbers, text = f.out;
  static const std::regex number("\\b[0-9]+\\b");
  int seen = 0;
  for (std::sregex_iterator i(text.begin(), text.end(), number), end; i != end; ++i, ++seen)
    EXPECT_TRUE(std::regex_search(json, std::regex("\\b" + i->str() + "\\b"))) << i->str();
  EXPECT_GT(seen, 50);
}

// All keys of an object and of what is in it.
void collect_keys(const Json& json, std::set<std::string>& all) {
  if (json.is_array() && !json.empty()) collect_keys(json[0], all);
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    all.insert(key);
    collect_keys(value, all);
  }
}

TEST_F(MessyFolder, EveryKeyIsDocumented) {
  Json c = check_json(data);
  std::set<std::string> all;
  for (const char* counts : {"other_types", "other_files"}) c[counts] = nullptr;  // their keys are endings
  collect_keys(c, all);
  const std::string page = file_text(fs::path(DG_SOURCE_DIR) / "docs" / "own-photos.md");
  for (const std::string& key : all) EXPECT_TRUE(page.find("`" + key + "`") != std::string::npos) << key;
  EXPECT_GT(all.size(), 50u);
}

TEST_F(MessyFolder, TrainsAndIsEvaluated) {
  const fs::path trained = fresh_folder("messy_runs") / "run";
  const Finished f = run({"train", data.string(), "--run", trained.string(), "--device", "cpu", "--threads",
                          "1", "--stop-after", "2"});
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_TRUE(contains(f.err, "2 folders without photos (00012/nothing, Nobody)"));
  EXPECT_TRUE(contains(f.err, "not read, because only JPEG, PNG and WebP are: 1 gif"));
  EXPECT_TRUE(contains(f.err, "1 folder with a line break in its name (line\\nbreak)"));
  EXPECT_TRUE(contains(f.err, "all of these train, and none is held out for a test"));
  const Finished e = doppel({"evaluate", trained.string(), data.string(), "--threads", "1", "--json", "-"});
  ASSERT_EQ(e.code, 0) << e.err;
  EXPECT_TRUE(contains(e.err, "2 folders without photos"));
  const Json figures = Json::parse(e.out);
  EXPECT_TRUE(figures["novel_top1"].is_null());
  EXPECT_TRUE(figures["base_top1"].is_number());
  EXPECT_EQ(figures["identities"], is_root ? 45 : 44);
}

TEST_F(MessyFolder, StrictOnesRefuseIt) {
  const Json c = check_json(data, {"--set", "data.strict=true"}, 1);
  EXPECT_EQ(c["would_start"], false);
  ASSERT_EQ(c["obstacles"].size(), 2u);
  EXPECT_TRUE(contains(c["obstacles"][0],
                       "data.strict = true refuses what would be left out: 2 folders without photos"));
  EXPECT_TRUE(contains(c["obstacles"][1], "[split] identity 00002 has 1 photos"));
  EXPECT_EQ(c["broken"]["count"], 2) << "what else there is to say is said too";
  const Finished f = run({"train", data.string(), "--run", (fresh_folder("strict_runs") / "run").string()},
                         {"--set", "data.strict=true"});
  EXPECT_EQ(f.code, 1);
  EXPECT_TRUE(contains(f.err, c["obstacles"][0].get<std::string>()));
}

TEST_F(MessyFolder, WithoutNestedFoldersTheyAreLeftOut) {
  const Json c = check_json(data, {"--set", "data.nested=false"});
  EXPECT_EQ(c["left_out"]["nested"],
            counted("paths", {"00001/monday", "00012/nothing", "00015/self", "00017/1"}));
  EXPECT_EQ(c["left_out"]["no_photos"], counted("paths", {"Nobody"}));
  EXPECT_EQ(c["nested_folders"], counted("paths", Json::array()));
}

TEST(CheckCommand, TimingSaysWhatTrainingTakes) {
  const fs::path data = pattern_folder("check_timing");
  const Finished f =
      run({"check", data.string(), "--device", "cpu", "--threads", "1", "--json", "-"}, {"--steps", "40"});
  EXPECT_EQ(f.code, 2) << "--steps is no option of it";
  const fs::path file = fresh_folder("check_timing_out") / "check.json";
  const Finished timed =
      run({"check", data.string(), "--device", "cpu", "--threads", "1", "--json", file.string()},
          {"--set", "steps=40", "--set", "evaluate.every=10"});
  ASSERT_EQ(timed.code, 0) << timed.err << timed.out;
  const Json e = Json::parse(file_text(file))["expected"];
  EXPECT_EQ(e["device"], "cpu");
  EXPECT_EQ(e["threads"], 1);
  EXPECT_EQ(e["steps"], 40);
  EXPECT_EQ(e["steps_timed"], 15);
  EXPECT_EQ(e["evaluations"], 4);
  for (const char* key :
       {"seconds_before_first_step", "seconds_per_step", "images_per_second", "seconds_per_evaluation"})
    EXPECT_GT(e[key], 0) << key;
  EXPECT_NEAR(e["seconds"].get<double>(),
              e["seconds_before_first_step"].get<double>() + 40 * e["seconds_per_step"].get<double>() +
                  4 * e["seconds_per_evaluation"].get<double>(),
              1e-9);
  EXPECT_GT(e["memory_bytes"], 1 << 20);
  EXPECT_GE(e["memory_bytes_usable"], e["memory_bytes"]);
  EXPECT_TRUE(contains(timed.out, "to expect on this machine (cpu, 1 thread), from 15 steps"));
  EXPECT_TRUE(contains(timed.out, "for 40 steps"));
}

TEST(CheckCommand, NoObstacleHidesAnother) {
  const fs::path data = pattern_folder("check_obstacles", 12, 4);
  for (int p = 0; p < 4; ++p)
    std::ofstream(data / "004" / fmt::format("{}.jpg", p)) << "\xFF\xD8\xFF no photo";
  for (int i = 6; i < 11; ++i) {
    for (int p = 0; p < 4; ++p)
      std::ofstream(data / fmt::format("{:03}", i) / fmt::format("{}.jpg", p)) << "\xFF\xD8\xFF no photo";
  }
  const Json c = check_json(data, {"--set", "sampling.batch=60", "--set", "sampling.images_per_class=2"}, 1);
  ASSERT_EQ(c["obstacles"].size(), 3u) << c["obstacles"];
  EXPECT_TRUE(contains(c["obstacles"][0], "takes up to 30 different people, but there are 12"));
  EXPECT_TRUE(contains(c["obstacles"][1],
                       "6 people have no photo to train on that decodes: 004, 006, 007, 008, 009, ..."));
  EXPECT_TRUE(
      contains(c["obstacles"][2], "24 of 48 photos are broken, more than data.max_broken = 0.1 allows"));
  EXPECT_EQ(c["broken"]["count"], 24);

  const Json bad =
      check_json(data, {"--set", "sampling.bach=60", "--set", "steps=9", "--set", "optim.rate=-1"}, 1);
  ASSERT_EQ(bad["obstacles"].size(), 2u) << bad["obstacles"];
  EXPECT_TRUE(contains(bad["obstacles"][0], "unknown key sampling.bach"));
  EXPECT_TRUE(contains(bad["obstacles"][1], "optim.rate must be"));
  EXPECT_EQ(bad["people"], 12) << "the folder is looked through all the same";
}

TEST(CheckCommand, WrongFoldersAreNamed) {
  const fs::path data = pattern_folder("check_wrong"), above = fresh_folder("check_above");
  fs::create_directory_symlink(data, above / "lfw");
  const auto obstacle = [](const fs::path& folder) {
    const Json c = check_json(folder, {}, 1);
    return c["obstacles"].empty() ? "none" : c["obstacles"][0].get<std::string>();
  };
  EXPECT_TRUE(contains(obstacle(above), "did you mean " + (above / "lfw").string() + "?"));
  EXPECT_TRUE(contains(obstacle(data / "000"), "did you mean " + data.string() + "?"));
  EXPECT_TRUE(contains(obstacle(data / "none"), "No such file or directory"));
  EXPECT_TRUE(contains(obstacle(data / "000" / "0.jpg"), "not a folder but a photo"));
  EXPECT_TRUE(contains(obstacle(fresh_folder("check_empty")), "found nothing"));
  const Finished text = check(data / "none");
  EXPECT_EQ(text.code, 1);
  EXPECT_TRUE(contains(text.out, "must change: "));
  EXPECT_TRUE(contains(text.out, "doppel train would not start\n"));
}

TEST(CheckCommand, TheFilesOfADatasetTomlAreLookedThroughToo) {
  const CelebFiles files{twelve_faces(fresh_folder("check_celeb") / "faces"),
                         fresh_folder("check_celeb_files")};
  const Json c = check_json(files.toml());
  EXPECT_EQ(c["people"], 12);
  EXPECT_EQ(c["broken"]["count"], 0);
  EXPECT_FALSE(c.contains("left_out"));
  EXPECT_EQ(c["training"]["base_identities"], 9);
  EXPECT_EQ(c["training"]["novel_identities"], 3);
  const Json none = check_json(fresh_folder("check_no_celeb") / "dataset.toml", {}, 1);
  EXPECT_TRUE(contains(none["obstacles"][0], "dataset.toml"));
}

// A disk that fails for a moment, at any of the files and folders that are opened, makes no data set smaller:
// photos are asked for again, and where a folder cannot be read the program ends with the system's words.
TEST(CheckCommand, AFailingDiskLeavesNobodyOut) {
  DG_NEEDS_FAULTS();
  const fs::path data = pattern_folder("check_faults", 4, 2);
  write_all_bytes(data / "000" / "unnamed", read_file_bytes(data / "000" / "0.jpg"));
  fs::create_directories(data / "001" / "nested");
  fs::rename(data / "001" / "0.jpg", data / "001" / "nested" / "0.jpg");
  Words words{"check", data.string(), "--device", "cpu", "--threads", "1", "--no-timing", "--json", "-"};
  words.insert(words.end(), fast.begin(), fast.end());
  const Faulted counted = with_faults(words, {.below = data});
  ASSERT_EQ(counted.code, 0) << counted.err;
  ASSERT_EQ(Json::parse(counted.out)["photos"], 9);
  ASSERT_GE(counted.open, 6 + 1 + 9);  // DATA, its folders, a file to see what it is, all photos
  int ended = 0;
  for (std::int64_t n = 1; n <= counted.open; ++n) {
    const Faulted f = with_faults(words, {.fault = fmt::format("open:{}:fail", n), .below = data});
    ended += f.code;
    if (f.code == 0) {
      EXPECT_EQ(f.out, counted.out) << n;
    } else {
      EXPECT_EQ(f.out, "");
      EXPECT_TRUE(contains(f.err, f.path));
    }
  }
  EXPECT_GE(ended, 6 + 1);
}

// Four of twelve photos of each person are of another shape: a third.
TEST(CheckCommand, ManyScenesAreSuspected) {
  const fs::path data = pattern_folder("check_scenes", 12, 2);
  for (int i = 0; i < 12; ++i)
    write_jpeg(data / fmt::format("{:03}", i) / "w.jpg", picture_of(i, 62, 41), 95);
  EXPECT_EQ(check_json(data)["scenes"]["count"], 12);
  EXPECT_EQ(check_json(data)["scenes"]["suspected"], true);
  EXPECT_TRUE(contains(check_json(data)["warnings"].dump(), "12 of 36 photos are wider than 3:2"));
  EXPECT_EQ(check_json(data, {"--set", "data.crop=[0, 0, 20, 20]"})["scenes"]["count"], 0);
  for (int i = 0; i < 3; ++i)
    fs::remove(data / fmt::format("{:03}", i) / "w.jpg");  // 9 of 33: more than a quarter
  EXPECT_EQ(check_json(data)["scenes"]["suspected"], true);
  fs::remove(data / "003" / "w.jpg");  // 8 of 32: a quarter
  EXPECT_EQ(check_json(data)["scenes"]["suspected"], false);
}

}  // namespace
}  // namespace dg
