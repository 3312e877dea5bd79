#include "report/figures.h"

#include <algorithm>

#include "interop/checksum.h"
#include "tensor/check.h"

namespace dg::reporting {
namespace {

constexpr Metric top1{.kind = Metric::Kind::top1};

constexpr Metric coverage_at(std::size_t i) {
  return {.kind = Metric::Kind::coverage, .precision = required_precisions[i]};
}

std::uint64_t photo_number(const std::string& identity, std::uint64_t fingerprint) {
  const std::uint64_t name = checksum(std::as_bytes(std::span(identity)));
  return checksum(std::as_bytes(std::span(&fingerprint, 1)), name);
}

TestedPhotos tested_photos(const PhotoSet& set, const EmbeddedPhotos& embedded,
                           const std::vector<Recognition>& answers) {
  TestedPhotos photos{.answers = answers};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::uint64_t fingerprint =
        i < embedded.photos.size() ? set.source->fingerprint(embedded.photos[i]) : 0;
    photos.photos.push_back(photo_number(set.classes[answers[i].identity], fingerprint));
  }
  return photos;
}

bool same_photos(const TestedPhotos& a, const TestedPhotos& b) {
  return !a.photos.empty() && a.photos == b.photos;
}

// The answers of `b` with the identities numbered as in `a`, whose photos are the same: right ones stay right
// and wrong ones wrong, which is all that the metrics ask.
std::vector<Recognition> numbered_as(const TestedPhotos& a, const TestedPhotos& b) {
  std::vector<Recognition> answers = b.answers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const ClassId identity = a.answers[i].identity;
    if (answers[i].answered()) answers[i].predicted = answers[i].correct() ? identity : identity + 1;
    answers[i].identity = identity;
  }
  return answers;
}

// How many of `photos` are not among `others`.
std::size_t missing(std::vector<std::uint64_t> photos, std::vector<std::uint64_t> others) {
  std::ranges::sort(photos);
  std::ranges::sort(others);
  std::vector<std::uint64_t> left;
  std::ranges::set_difference(photos, others, std::back_inserter(left));
  return left.size();
}

}  // namespace

const std::array<FigureKind, figure_kinds>& all_figures() {
  static const std::array<FigureKind, figure_kinds> all{
      {{"novel_top1", "novel top-1", false, top1},
       {"coverage_0.9", "coverage at 90%", false, coverage_at(0)},
       {"coverage_0.95", "coverage at 95%", false, coverage_at(1)},
       {"coverage_0.99", "coverage at 99%", false, coverage_at(2)},
       {"coverage_0.999", "coverage at 99.9%", false, coverage_at(3)},
       {"base_top1", "base top-1", true, top1}}};
  return all;
}

BootstrapOptions figure_interval(const FigureKind& kind) {
  return {.metric = kind.metric, .unit = ResampleUnit::identity, .resamples = 2000, .level = 0.95};
}

std::size_t TestedPhotos::broken() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(answers, [](const Recognition& photo) { return !photo.answered(); }));
}

Tested tested(const Trial& trial) {
  const PhotoSet& set = trial.data.set;
  return {.novel = tested_photos(set, trial.photos.novel, trial.novel),
          .base = tested_photos(set, trial.photos.base, trial.base),
          .identities = set.classes.size(),
          .novel_identities = trial.data.split.novel_classes.size(),
          .base_identities = trial.data.split.base_classes.size()};
}

FigureValues figures_of(const Tested& run) {
  FigureValues values;
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    const FigureKind& kind = all_figures()[i];
    const std::vector<Recognition>& answers = (kind.base ? run.base : run.novel).answers;
    Rng rng(0);
    if (!answers.empty()) values[i] = bootstrap({&answers, 1}, figure_interval(kind), rng);
  }
  return values;
}

FigureValues differences(const Tested& a, const Tested& b) {
  FigureValues values;
  for (const bool base : {false, true}) {
    const TestedPhotos &of_a = base ? a.base : a.novel, &of_b = base ? b.base : b.novel;
    if (!same_photos(of_a, of_b)) continue;
    const std::vector<Recognition> answers = numbered_as(of_a, of_b);
    for (std::size_t i = 0; i < figure_kinds; ++i) {
      const FigureKind& kind = all_figures()[i];
      Rng rng(0);
      if (kind.base == base)
        values[i] = paired_bootstrap({&of_a.answers, 1}, {&answers, 1}, figure_interval(kind), rng);
    }
  }
  return values;
}

std::string why_not_paired(const Tested& a, const Tested& b) {
  const bool novel = !a.novel.photos.empty() || !b.novel.photos.empty();
  const TestedPhotos &of_a = novel ? a.novel : a.base, &of_b = novel ? b.novel : b.base;
  if (same_photos(of_a, of_b)) return "";
  if (of_a.photos.empty() && of_b.photos.empty()) return "there are no test photos";
  return fmt::format(
      "they were not tested on the same {} photos: {} of {} are of the first run alone, {} of {} of the "
      "second",
      novel ? "novel" : "base", missing(of_a.photos, of_b.photos), of_a.photos.size(),
      missing(of_b.photos, of_a.photos), of_b.photos.size());
}

std::vector<CurvePoint> coverage_curve(const Tested& run) {
  if (run.novel.answers.empty()) return {};
  const RankedAnswers ranked(to_answers(run.novel.answers));
  std::vector<CurvePoint> curve;
  for (int thousandths = 500; thousandths <= 1000; thousandths += thousandths < 980 ? 5 : 1) {
    const double precision = thousandths / 1000.0;
    curve.push_back({precision, ranked.at(precision).coverage()});
  }
  return curve;
}

nlohmann::ordered_json to_json(const FigureValues& values) {
  nlohmann::ordered_json json;
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    nlohmann::ordered_json& entry = json[all_figures()[i].name];
    if (values[i]) entry = {{"value", values[i]->value}, {"low", values[i]->low}, {"high", values[i]->high}};
  }
  return json;
}

}  // namespace dg::reporting
