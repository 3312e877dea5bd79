// What a report says about one run: its settings and metrics and, where its photos are at hand, how well it
// recognises people, and the pictures that show it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/figures.h"
#include "report/pictures.h"
#include "training/run/metrics_table.h"

namespace dg::reporting {

struct ReportOptions {
  std::optional<std::filesystem::path> data;  // in place of the path that RUN/data.txt has
  EvaluateOptions evaluate;                   // its `data` is not used
  bool examples = true;                       // whether to look for look-alikes and mistakes
  bool photos = true;                         // and to show their photos
  bool tolerant = false;  // an error of the run or its photos is told in `untested`, and `failed` set
};

/// Two identities side by side.
struct PicturePair {
  Picture first, second;
  float cosine = 0;     // of their prototypes
  bool mutual = false;  // of doppelgangers: each is the other's
};

/// A novel test photo, of whom it was taken for the enrolled photo closest to it, and of whom it shows.
struct PictureOfMistake {
  Picture photo, taken_for, truth;
  float cosine = 0;
};

/// Who looks like whom.
struct LookAlikePictures {
  bool mined = false;  // the pairs are of the doppelganger list; otherwise each prototype's nearest other one
  std::size_t identities = 0;  // that the list is of
  std::size_t with_doppelganger = 0, mutual = 0;
  std::vector<PicturePair> closest;
};

struct RunReport {
  std::string name;  // the folder as it was given
  Config config;
  MetricsTable metrics;
  std::int64_t steps = 0;            // done
  std::string course;                // how its training went, in words; empty without metrics
  double seconds = 0;                // of training, as training_seconds has it
  std::string untested;              // why there is nothing of what follows; empty where there is
  bool failed = false;               // because of an error (ReportOptions::tolerant)
  std::string checkpoint;            // the file that was tested,
  std::int64_t checkpoint_step = 0;  // and the steps done by then
  std::string data;                  // where the photos are
  std::optional<Tested> tested;
  FigureValues figures;
  std::vector<CurvePoint> coverage;
  LookAlikePictures look_alikes;
  std::vector<PictureOfMistake> mistakes;     // the most confident wrong answers
  std::vector<PicturePair> merge_candidates;  // identities whose prototypes are the closest of all
};

/// Reads the folder and tries the network on the run's photos. No photos to try it on, or no checkpoint, is
/// no error unless `data` was given: `untested` then says why. Errors of FinishedRun, read_metrics and
/// try_on_data.
RunReport report_run(const std::filesystem::path& folder, const ReportOptions& options);

/// How long a training took, from the images per second of each of its lines, evaluations and checkpoints
/// included; of a run that was resumed, without what was done twice. 0 without lines.
double training_seconds(const MetricsTable& metrics, std::int64_t images_of_a_step);

}  // namespace dg::reporting
