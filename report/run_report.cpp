#include "report/run_report.h"

#include <map>

#include "evaluation/closest_pairs.h"
#include "interop/paths.h"
#include "interop/system_error.h"
#include "report/course.h"
#include "report/examples.h"
#include "sampling/compared/nearest_classes.h"
#include "training/checkpoint.h"
#include "training/run/data_path.h"
#include "training/run/run_folder.h"
#include "training/run/stored_list.h"

namespace dg::reporting {
namespace {

namespace fs = std::filesystem;

// Enough to see what a run finds alike, and few enough for a page of some hundred kilobytes.
constexpr std::size_t most_look_alikes = 10, most_mistakes = 9, most_candidates = 10;

// The doppelgangers of the list by identity of `set`; nothing where the checkpoint has no list or an empty
// one.
std::vector<ClassId> mined_doppelgangers(const FinishedRun& run, const fs::path& checkpoint,
                                         const PhotoSet& set) {
  const std::optional<DoppelgangerList> list = stored_list(checkpoint);
  if (!list) return {};
  std::map<std::string, ClassId> number;
  for (std::size_t c = 0; c < set.classes.size(); ++c) number[set.classes[c]] = static_cast<ClassId>(c);
  std::vector<ClassId> of_class;  // by training class; no_class where the data lack the identity
  for (const IdentityTable::Row& row : run.identities().rows) {
    const auto found = number.find(row.name);
    if (row.base) of_class.push_back(found == number.end() ? no_class : found->second);
  }
  require(std::ssize(of_class) == list->classes(), "report",
          "{} must have a doppelganger list of {} identities, got {}", checkpoint.string(), of_class.size(),
          list->classes());
  std::vector<ClassId> doppelgangers(set.classes.size(), no_class);
  bool any = false;
  for (ClassId c = 0; c < list->classes(); ++c) {
    const ClassId other = list->of(c);
    if (other == no_class || of_class[c] == no_class || of_class[other] == no_class) continue;
    doppelgangers[of_class[c]] = of_class[other];
    any = true;
  }
  return any ? doppelgangers : std::vector<ClassId>();
}

class Examples {
 public:
  Examples(const Trial& trial, const std::optional<CropBox>& crop, bool shown)
      : trial_(trial), pictures_(trial.data.set, crop, shown) {}

  LookAlikePictures look_alikes(std::vector<ClassId> mined) {
    LookAlikePictures result{.mined = !mined.empty()};
    result.identities = result.mined ? trial_.data.split.base_classes.size() : trial_.prototypes.rows();
    const std::vector<ClassId> doppelganger =
        result.mined ? std::move(mined) : nearest_classes(trial_.prototypes, 1);
    result.with_doppelganger = doppelganger.size() - std::ranges::count(doppelganger, no_class);
    result.mutual = count_mutual(doppelganger);
    for (const LookAlikes& pair : closest_look_alikes(doppelganger, trial_.prototypes, most_look_alikes))
      result.closest.push_back(
          {typical(pair.identity), typical(pair.doppelganger), pair.cosine, pair.mutual});
    return result;
  }

  std::vector<PictureOfMistake> mistakes() {
    std::vector<PictureOfMistake> result;
    for (const std::size_t row : worst_mistakes(trial_.novel, most_mistakes)) {
      const Recognition& answer = trial_.novel[row];
      const std::span<const float> embedding = trial_.photos.novel.row(row);
      result.push_back({pictures_.of(answer.identity, trial_.novel_photo(row)),
                        enrolled(answer.predicted, embedding), enrolled(answer.identity, embedding),
                        answer.confidence});
    }
    return result;
  }

  std::vector<PicturePair> merge_candidates() {
    std::vector<PicturePair> result;
    for (const ClosePair& pair : closest_pairs(trial_.prototypes, most_candidates))
      result.push_back({typical(pair.first), typical(pair.second), pair.cosine});
    return result;
  }

 private:
  Picture enrolled(ClassId identity, std::span<const float> target) {
    const EmbeddedPhotos& photos = trial_.photos.enrolled;
    return pictures_.of(identity, photos.photos[closest_photo(photos, identity, target)]);
  }
  // The photo closest to the prototype.
  Picture typical(ClassId identity) { return enrolled(identity, trial_.prototypes.row(identity)); }

  const Trial& trial_;
  Pictures pictures_;
};

// Where the photos are, or why there are none to try the run on.
struct Photos {
  fs::path data;
  std::string missing;
};

Photos photos_of(const FinishedRun& run, const ReportOptions& options) {
  const std::string& which = options.evaluate.checkpoint;
  if (!names_a_file(which) && which != "best" && step_checkpoints(run.folder()).empty())
    return {{}, "there is no checkpoint yet"};
  if (options.data) return {*options.data, ""};
  const std::optional<fs::path> stored = stored_data_path(run.folder());
  if (!stored) return {{}, "the run does not say where its photos are; --data names them"};
  if (!path_exists(*stored))
    return {{},
            fmt::format("its photos were in {}, which is not there; --data names them", stored->string())};
  return {*stored, ""};
}

void test(const FinishedRun& run, const ReportOptions& options, const fs::path& data, RunReport& report) {
  EvaluateOptions evaluate = options.evaluate;
  evaluate.data = data;
  const Trial trial = try_on_data(run, evaluate);
  const fs::path checkpoint = run.checkpoint(evaluate.checkpoint);
  report.checkpoint = checkpoint.string();
  report.checkpoint_step = checkpoint_step(checkpoint);
  report.data = data.string();
  report.tested = tested(trial);
  report.figures = figures_of(*report.tested);
  report.coverage = coverage_curve(*report.tested);
  if (!options.examples) return;
  Examples examples(trial, run.config().data.crop, options.photos);
  report.look_alikes = examples.look_alikes(mined_doppelgangers(run, checkpoint, trial.data.set));
  report.mistakes = examples.mistakes();
  report.merge_candidates = examples.merge_candidates();
}

// A run that was stopped has a checkpoint of steps that its metrics may not have.
std::int64_t steps_done(const MetricsTable& metrics, const fs::path& folder) {
  auto steps = static_cast<std::int64_t>(metrics.last("step").value_or(0));
  for (const fs::path& checkpoint : step_checkpoints(folder)) {
    if (is_step_checkpoint(checkpoint)) steps = std::max(steps, checkpoint_step(checkpoint));
  }
  return steps;
}

}  // namespace

RunReport report_run(const fs::path& folder, const ReportOptions& options) {
  const FinishedRun run(folder);
  RunReport report{.name = folder.string(), .config = run.config(), .metrics = read_metrics(folder)};
  report.steps = steps_done(report.metrics, folder);
  report.seconds = training_seconds(report.metrics, run.config().sampling.batch);
  if (path_exists(folder / "identities.tsv")) report.course = course_words(report, run.identities());
  const Photos photos = photos_of(run, options);
  report.untested = photos.missing;
  if (!photos.missing.empty()) return report;
  try {
    test(run, options, photos.data, report);
  } catch (const Unavailable&) {
    throw;
  } catch (const BackendError&) {
    throw;
  } catch (const Error& e) {
    if (!options.tolerant) throw;
    report.tested.reset();
    report.untested = e.what();
    report.failed = true;
  }
  return report;
}

double training_seconds(const MetricsTable& metrics, std::int64_t images_of_a_step) {
  double seconds = 0, before = 0;
  for (const auto& [step, images_per_second] : metrics.series("images_per_second")) {
    if (images_per_second > 0 && step > before)
      seconds += (step - before) * static_cast<double>(images_of_a_step) / images_per_second;
    before = step;
  }
  return seconds;
}

}  // namespace dg::reporting
