#include "report/figures.h"

#include "error_text.h"
#include "tests/report/two_runs.h"
#include "training/run/evaluate_run.h"

namespace dg::reporting {
namespace {

class Figures : public TwoRuns {};

void expect_interval(const std::optional<BootstrapInterval>& found, const BootstrapInterval& wanted) {
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, wanted.value);
  EXPECT_EQ(found->low, wanted.low);
  EXPECT_EQ(found->high, wanted.high);
}

TEST_F(Figures, AreThoseOfTheEvaluationWithIntervals) {
  const OneShotResult result = evaluate_one_shot(folder / "seed1", {.data = data});
  const Trial tried = trial("seed1");
  const FigureValues values = figures_of(tested(tried));
  EXPECT_EQ(values[0]->value, *result.novel_top1);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(values[1 + i]->value, (*result.coverage)[i].coverage());
  EXPECT_EQ(values[5]->value, *result.base_top1);
  EXPECT_EQ(tried.novel.size(), result.novel.size());
  for (std::size_t i = 0; i < result.novel.size(); ++i) {
    EXPECT_EQ(tried.novel[i].predicted, result.novel[i].predicted);
    EXPECT_EQ(tried.novel[i].confidence, result.novel[i].confidence);
    EXPECT_EQ(tried.data.set.photos[tried.novel_photo(i)].class_id, result.novel[i].identity);
  }
  const std::vector<std::vector<Recognition>> novel{result.novel};
  Rng rng(0);
  expect_interval(values[3], bootstrap(novel,
                                       {.metric = {.kind = Metric::Kind::coverage, .precision = 0.99},
                                        .unit = ResampleUnit::identity,
                                        .resamples = 2000,
                                        .level = 0.95},
                                       rng));
}

TEST_F(Figures, DifferencesArePairedOnTheSamePhotos) {
  const Trial a = trial("seed1"), b = trial("seed2");
  const FigureValues found = differences(tested(a), tested(b));
  EXPECT_EQ(why_not_paired(tested(a), tested(b)), "");
  const std::vector<std::vector<Recognition>> novel_a{a.novel}, novel_b{b.novel}, base_a{a.base},
      base_b{b.base};
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    Rng rng(0);
    const FigureKind& kind = all_figures()[i];
    expect_interval(found[i], kind.base ? paired_bootstrap(base_a, base_b, figure_interval(kind), rng)
                                        : paired_bootstrap(novel_a, novel_b, figure_interval(kind), rng));
  }
  for (const auto& none : differences(tested(a), tested(a))) expect_interval(none, {0, 0, 0});
}

// In a copy of the data with one more identity, whose only photo enrols it, all other identities have other
// numbers.
TEST_F(Figures, PhotosAreKnownAgainInAnotherFolderWhateverTheNumbersOfTheirIdentities) {
  const fs::path copy = fresh_folder("figures_copy");
  fs::copy(data, copy, fs::copy_options::recursive);
  fs::create_directory(copy / "0");
  write_jpeg(copy / "0" / "0.jpg", pattern(99, 0), 95);
  EvaluateOptions o;
  o.data = copy;
  const Trial a = trial("seed1"), b = try_on_data(FinishedRun(folder / "seed1"), o);
  ASSERT_NE(a.novel[0].identity, b.novel[0].identity);
  const FigureValues both = differences(tested(a), tested(b));
  EXPECT_EQ(why_not_paired(tested(a), tested(b)), "");
  const FigureValues alone_a = figures_of(tested(a)), alone_b = figures_of(tested(b));
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    ASSERT_TRUE(both[i]);
    EXPECT_DOUBLE_EQ(both[i]->value, alone_b[i]->value - alone_a[i]->value) << all_figures()[i].name;
  }
}

TEST_F(Figures, OtherTestPhotosAreNotCompared) {
  const fs::path copy = fresh_folder("figures_other");
  fs::copy(data, copy, fs::copy_options::recursive);
  write_jpeg(copy / "011" / "9.jpg", pattern(11, 9), 95);  // of a novel identity
  EvaluateOptions o;
  o.data = copy;
  const Tested a = tested(trial("seed1")), b = tested(try_on_data(FinishedRun(folder / "seed1"), o));
  EXPECT_EQ(why_not_paired(a, b),
            "they were not tested on the same novel photos: 0 of 9 are of the first run alone, 1 of 10 of "
            "the second");
  const FigureValues values = differences(a, b);
  for (std::size_t i = 0; i < figure_kinds; ++i) EXPECT_EQ(values[i].has_value(), all_figures()[i].base);
}

TEST_F(Figures, WithoutNovelPhotosThereAreBaseFigures) {
  const fs::path known = fresh_folder("figures_known");
  for (int i = 0; i < 9; ++i)
    fs::copy(data / fmt::format("{:03}", i), known / fmt::format("{:03}", i), fs::copy_options::recursive);
  EvaluateOptions o;
  o.data = known;
  const Tested run = tested(try_on_data(FinishedRun(folder / "seed1"), o));
  const FigureValues values = figures_of(run);
  for (std::size_t i = 0; i < figure_kinds; ++i) EXPECT_EQ(values[i].has_value(), all_figures()[i].base);
  EXPECT_TRUE(coverage_curve(run).empty());
  EXPECT_EQ(why_not_paired(run, run), "");
  EXPECT_EQ(why_not_paired({}, {}), "there are no test photos");
  EXPECT_TRUE(to_json(values).at("novel_top1").is_null());
}

TEST_F(Figures, ABrokenPhotoIsNotAnswered) {
  const fs::path copy = fresh_folder("figures_broken");
  fs::copy(data, copy, fs::copy_options::recursive);
  std::ofstream(copy / "011" / "3.jpg") << "no picture";
  EvaluateOptions o;
  o.data = copy;
  const Trial tried = try_on_data(FinishedRun(folder / "seed1"), o);
  const Tested run = tested(tried);
  EXPECT_EQ(run.novel.answers.size(), 9u);
  EXPECT_EQ(run.novel.broken(), 1u);
  EXPECT_EQ(tried.novel_photo(8), no_photo);
  EXPECT_FALSE(tried.novel[8].answered());
}

TEST_F(Figures, TheCurveIsTheCoverageAtEveryPrecision) {
  const Tested run = tested(trial("seed2"));
  const std::vector<CurvePoint> curve = coverage_curve(run);
  ASSERT_GT(curve.size(), 100u);
  EXPECT_EQ(curve.front().precision, 0.5);
  EXPECT_EQ(curve.back().precision, 1);
  std::vector<Recognition> photos = run.novel.answers;
  std::ranges::stable_sort(photos, std::ranges::greater(), &Recognition::confidence);
  for (const CurvePoint& point : curve) {
    std::size_t right = 0, most = 0;
    for (std::size_t i = 0; i < photos.size(); ++i) {
      right += photos[i].correct();
      const bool tie = i + 1 < photos.size() && photos[i + 1].confidence == photos[i].confidence;
      if (!tie && static_cast<double>(right) >= point.precision * static_cast<double>(i + 1) - 1e-9)
        most = i + 1;
    }
    EXPECT_DOUBLE_EQ(point.coverage, static_cast<double>(most) / static_cast<double>(photos.size()))
        << point.precision;
  }
}

}  // namespace
}  // namespace dg::reporting
