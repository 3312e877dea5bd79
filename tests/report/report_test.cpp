#include "report/report.h"

#include "error_text.h"
#include "interop/safetensors.h"
#include "report/page.h"
#include "report/settings_table.h"
#include "tests/report/count.h"
#include "tests/report/two_runs.h"
#include "tests/report/well_formed.h"
#include "training/checkpoint.h"
#include "training/run/stored_list.h"

namespace dg::reporting {
namespace {

using Json = nlohmann::ordered_json;

class Reports : public TwoRuns {
 protected:
  static Report both() { return make_report({folder / "seed1", folder / "seed2"}, {options(), options()}); }
};

TEST_F(Reports, HaveTheFiguresAndTheDifferencesToTheFirst) {
  const Report report = both();
  const Tested a = tested(trial("seed1")), b = tested(trial("seed2"));
  const FigureValues of_b = figures_of(b), between = differences(a, b);
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    EXPECT_EQ(report[1].run.figures[i]->low, of_b[i]->low);
    EXPECT_EQ(report[1].differences[i]->high, between[i]->high);
    EXPECT_FALSE(report[0].differences[i]);
  }
  EXPECT_EQ(report[0].run.steps, 10);
  EXPECT_EQ(report[0].run.metrics.rows.size(), 10u);
  EXPECT_GT(report[0].run.seconds, 0);
  EXPECT_EQ(report[0].run.untested, "");
}

TEST_F(Reports, TheGalleryIsOfTheMinedList) {
  const RunReport run = both()[0].run;
  EXPECT_TRUE(run.look_alikes.mined);
  EXPECT_EQ(run.look_alikes.identities, 9u);
  const auto list = stored_list(folder / "seed1" / "checkpoints" / "best.safetensors");
  ASSERT_TRUE(list);
  EXPECT_EQ(run.look_alikes.with_doppelganger,
            static_cast<std::size_t>(
                std::ranges::count_if(list->entries(), [](ClassId c) { return c != no_class; })));
  ASSERT_FALSE(run.look_alikes.closest.empty());
  for (const PicturePair& pair : run.look_alikes.closest) {  // names are the numbers of the classes here
    EXPECT_EQ(list->of(std::stoi(pair.first.identity)), std::stoi(pair.second.identity));
    EXPECT_EQ(pair.mutual, list->of(std::stoi(pair.second.identity)) == std::stoi(pair.first.identity));
    EXPECT_EQ(decode_jpeg(pair.first.jpeg, "picture").width, Pictures::side);
  }
}

TEST_F(Reports, WithoutAListTheNearestPrototypesAreShown) {
  const fs::path run = fresh_folder("no_list") / "run";
  fs::copy(folder / "seed1", run, fs::copy_options::recursive);
  // The checkpoint without its list: as one of another program.
  const fs::path file = run / "checkpoints" / "best.safetensors";
  SafetensorsReader reader(file);
  std::vector<NamedTensor> tensors;
  for (const auto& entry : reader.entries()) {
    if (entry.name != "state.doppelgangers") tensors.push_back(reader.read(entry.name));
  }
  std::vector<TensorBytes> views;
  for (const NamedTensor& t : tensors) views.push_back({t.name, t.dtype, t.shape, t.bytes});
  SafetensorsMetadata metadata = reader.metadata();
  metadata.erase("checksums");
  metadata.erase("header_checksum");
  write_safetensors(file, views, metadata);
  const RunReport report = report_run(run, options());
  EXPECT_FALSE(report.look_alikes.mined);
  EXPECT_EQ(report.look_alikes.with_doppelganger, 12u);
  EXPECT_TRUE(contains(report_page({{report, {}, ""}}, true), "The run kept no list"));
}

TEST_F(Reports, MistakesAndCandidatesAreThoseOfTheTrial) {
  const Trial tried = trial("seed1");
  const RunReport run = report_run(folder / "seed1", options());
  const auto wrong = std::ranges::count_if(tried.novel, [](const Recognition& r) { return !r.correct(); });
  EXPECT_EQ(std::ssize(run.mistakes), std::min<std::ptrdiff_t>(9, wrong));
  for (std::size_t i = 0; i < run.mistakes.size(); ++i) {
    EXPECT_EQ(run.mistakes[i].photo.identity, run.mistakes[i].truth.identity);
    EXPECT_NE(run.mistakes[i].taken_for.identity, run.mistakes[i].truth.identity);
    if (i > 0) {
      EXPECT_GE(run.mistakes[i - 1].cosine, run.mistakes[i].cosine);
    }
  }
  ASSERT_EQ(run.merge_candidates.size(), 10u);
  float highest = -1;
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t j = i + 1; j < 12; ++j)
      highest = std::max(highest, dot(tried.prototypes.row(i), tried.prototypes.row(j)));
  }
  EXPECT_NEAR(run.merge_candidates[0].cosine, highest, 1e-6);
}

TEST_F(Reports, TheDataAreWhereTheRunSays) {
  const fs::path run = fresh_folder("report_data") / "run";
  fs::copy(folder / "seed1", run, fs::copy_options::recursive);
  fs::remove(run / "data.txt");
  EXPECT_EQ(report_run(run, {}).untested, "the run does not say where its photos are; --data names them");
  std::ofstream(run / "data.txt") << data.string() << "\n";
  EXPECT_EQ(report_run(run, {}).untested, "");
  EXPECT_EQ(report_run(run, {}).data, data.string());
  std::ofstream(run / "data.txt") << "/nowhere/photos\n";
  const RunReport away = report_run(run, {});
  EXPECT_EQ(away.untested, "its photos were in /nowhere/photos, which is not there; --data names them");
  EXPECT_FALSE(away.tested);
  EXPECT_EQ(away.steps, 10);
  EXPECT_EQ(report_run(run, options()).untested, "");
  ReportOptions wrong;
  wrong.data = run / "nothing";
  EXPECT_TRUE(contains(error_text([&] { report_run(run, wrong); }), "nothing"));
  fs::remove_all(run / "checkpoints");
  EXPECT_EQ(report_run(run, options()).untested, "there is no checkpoint yet");
}

TEST_F(Reports, JsonHasEveryFigureOfThePage) {
  const Report report = both();
  const Json json = to_json(report);
  ASSERT_EQ(json.at("runs").size(), 2u);
  const Json& second = json["runs"][1];
  EXPECT_EQ(second["run"], (folder / "seed2").string());
  EXPECT_EQ(second["figures"]["novel_top1"]["value"], report[1].run.figures[0]->value);
  EXPECT_EQ(second["differences_to_first"]["base_top1"]["low"], report[1].differences[5]->low);
  EXPECT_FALSE(json["runs"][0].contains("differences_to_first"));
  EXPECT_EQ(second["test"]["novel_photos"], 9);
  EXPECT_EQ(second["coverage_curve"].back()[0], 1);
  EXPECT_EQ(json["settings_that_differ"], (Json{{"seed", {"1", "2"}}}));
  const std::string page = report_page(report, true);
  EXPECT_EQ(what_is_malformed(page), "");
  // Every place that the page names exists in the JSON, and its block holds the same JSON.
  const std::string begin = "<script type=\"application/json\" id=\"figures\">";
  const std::size_t at = page.find(begin) + begin.size();
  EXPECT_EQ(Json::parse(page.substr(at, page.find("</script>", at) - at)), json);
  std::size_t pointers = 0;
  for (std::size_t place = page.find("data-figure=\""); place != std::string::npos;
       place = page.find("data-figure=\"", place + 1), ++pointers) {
    const std::string pointer = page.substr(place + 13, page.find('"', place + 13) - place - 13);
    EXPECT_NO_THROW(json.at(Json::json_pointer(pointer))) << pointer;
  }
  EXPECT_GT(pointers, 100u);
}

TEST_F(Reports, APageNeedsNothingFromOutside) {
  const std::string page = report_page(both(), true);
  for (const char* part :
       {"http://", "https://", "<link", "@import", "url(", "src=\"//", "<script>", "javascript:"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_EQ(count(page, "<script"), 1u);
  EXPECT_EQ(count(page, "<h1"), 1u);
  EXPECT_EQ(count(page, "<section"), 10u);
  EXPECT_EQ(count(page, "<img"), count(page, "src=\"data:image/jpeg;base64,"));
  EXPECT_GT(count(page, "<img"), 20u);
  EXPECT_EQ(count(page, "<img"), count(page, " alt=\""));
  EXPECT_TRUE(contains(page, "This page shows photos of people, from " + data.string()));
  EXPECT_EQ(page, report_page(both(), true)) << "equal runs give equal bytes";
}

TEST_F(Reports, PhotosCanBeLeftOut) {
  ReportOptions names_only = options();
  names_only.photos = false;
  const std::string page = report_page(make_report({folder / "seed1"}, {names_only}), false);
  EXPECT_EQ(what_is_malformed(page), "");
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("data:image"), std::string::npos);
  EXPECT_TRUE(contains(page, "were left out (--no-photos)"));
  EXPECT_TRUE(contains(page, ">no photo<"));
}

TEST_F(Reports, NamesFromOutsideStayText) {
  const std::string name = "<script>alert(1)</script>&\"'";  // its slash makes two folders of it
  const fs::path run = fresh_folder("evil") / name;
  fs::create_directories(run.parent_path());
  fs::copy(folder / "seed1", run, fs::copy_options::recursive);
  std::ofstream(run / "metrics.jsonl", std::ios::app)
      << "{\"step\": 11, \"time_<b>\": 1, \"coverage_<i>\": 1}\n";
  const fs::path copy = fresh_folder("evil_data");
  fs::copy(data, copy, fs::copy_options::recursive);
  fs::rename(copy / "011", copy / "<script>alert(2)<script>&\"'\x1b");
  fs::rename(copy / "010" / "3.jpg", copy / "010" / "\"><img src=x onerror=alert(3)>.jpg");
  ReportOptions o = options();
  o.data = copy;
  const Report report = make_report({run, folder / "seed2"}, {o, o});
  const std::string page = report_page(report, true);
  EXPECT_EQ(what_is_malformed(page), "");
  EXPECT_EQ(count(page, "<script"), 1u);
  for (const char* part : {"<script>alert", "<b>\"", "<img src=x", "<i>\"", "\x1b"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_TRUE(contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
  EXPECT_TRUE(contains(page, "&lt;script&gt;alert(2)&lt;script&gt;&amp;&quot;&#39;\\x1b"));
}

TEST_F(Reports, AnUntestedRunHasCurvesAndSettings) {
  const fs::path run = fresh_folder("untested") / "run";
  fs::copy(folder / "seed1", run, fs::copy_options::recursive);
  std::ofstream(run / "data.txt") << "/nowhere/photos\n";
  std::ofstream(run / "metrics.jsonl", std::ios::app) << "{\"step\": 11, \"lo";
  const Report report = make_report({folder / "seed2", run}, {options(), {}});
  EXPECT_EQ(report[1].unpaired, "the second run was not tried on photos");
  const std::string page = report_page(report, true);
  EXPECT_EQ(what_is_malformed(page), "");
  EXPECT_TRUE(contains(page, "It was not tried on photos: its photos were in /nowhere/photos"));
  EXPECT_TRUE(contains(page, "Damaged lines of its metrics that are left out: 1."));
  EXPECT_TRUE(contains(page, "<polyline class=\"line colour-1\""));
  EXPECT_TRUE(to_json(report)["runs"][1].contains("untested"));
  const std::string alone = report_page(make_report({run}, {{}}), true);
  EXPECT_EQ(what_is_malformed(alone), "");
  EXPECT_TRUE(contains(alone, "No run was tried on photos."));
}

TEST_F(Reports, ADamagedCheckpointDoesNotTakeTheOtherRunsPageAway) {
  const fs::path run = fresh_folder("damaged") / "run";
  fs::copy(folder / "seed1", run, fs::copy_options::recursive);
  const fs::path checkpoint = FinishedRun(run).checkpoint(best_or_last);
  fs::resize_file(checkpoint, 5000);
  EXPECT_TRUE(contains(error_text<IoError>([&] { make_report({run}, {options()}); }), checkpoint.string()));
  ReportOptions tolerant = options();
  tolerant.tolerant = true;
  const Report report = make_report({folder / "seed2", run}, {options(), tolerant});
  EXPECT_FALSE(report[0].run.failed);
  EXPECT_TRUE(report[1].run.failed);
  EXPECT_TRUE(contains(report[1].run.untested, checkpoint.string())) << report[1].run.untested;
  EXPECT_EQ(what_is_malformed(report_page(report, true)), "");
}

TEST_F(Reports, APageReplacesAPageAndNothingElse) {
  const fs::path out = fresh_folder("report_out");
  const std::string page = report_page(make_report({folder / "seed1"}, {{}}), true);
  write_report(out / "a.html", page);
  write_report(out / "a.html", page);
  EXPECT_EQ(bytes_of(out / "a.html"), page);
  std::ofstream(out / "b.html") << "<!doctype html><p>mine";
  fs::create_directory(out / "c.html");
  for (const char* name : {"b.html", "c.html"})
    EXPECT_TRUE(contains(error_text([&] { write_report(out / name, page); }),
                         std::string(name) + " is there and is no page of doppel report"));
  EXPECT_EQ(bytes_of(out / "b.html"), "<!doctype html><p>mine");
}

TEST(Settings, ThatDifferAreThoseOfDifferences) {
  const Config a = tiny_config(), b = tiny_config({"seed=4", "loss.margin=0.5"}),
               c = tiny_config({"steps=11"});
  std::vector<std::string> keys;
  for (const SettingOfRuns& setting : settings_that_differ({a, b})) keys.push_back(setting.key);
  EXPECT_EQ(keys, differences(a, b));
  const auto three = settings_that_differ({a, b, c});
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(three[1].key, "steps");
  EXPECT_EQ(three[1].values, (std::vector<std::string>{"10", "10", "11"}));
  EXPECT_TRUE(settings_that_differ({a}).empty());
  EXPECT_GT(settings_of({a}).size(), 60u);
}

TEST(TrainingSeconds, AreThoseOfTheLines) {
  // 10 steps of 6 images at 60 a second, then 20 more at 12 a second.
  EXPECT_DOUBLE_EQ(training_seconds(metrics_table("{\"step\": 10, \"images_per_second\": 60}\n"
                                                  "{\"step\": 10, \"novel_top1\": 1}\n"
                                                  "{\"step\": 30, \"images_per_second\": 12}\n"),
                                    6),
                   1 + 10);
  EXPECT_EQ(training_seconds(metrics_table(""), 6), 0);
}

TEST(Pictures, AreDataUris) {
  EXPECT_EQ(data_uri({}), "data:image/jpeg;base64,");
  EXPECT_EQ(data_uri({'f'}), "data:image/jpeg;base64,Zg==");
  EXPECT_EQ(data_uri({'f', 'o'}), "data:image/jpeg;base64,Zm8=");
  EXPECT_EQ(data_uri({'f', 'o', 'o'}), "data:image/jpeg;base64,Zm9v");
  EXPECT_EQ(data_uri({'f', 'o', 'o', 'b'}), "data:image/jpeg;base64,Zm9vYg==");
  EXPECT_EQ(data_uri({0xff, 0xef, 0xbe}), "data:image/jpeg;base64,/+++");
}

}  // namespace
}  // namespace dg::reporting
