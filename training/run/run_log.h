// What a run reports while it goes on: numbers for programs in RUN/metrics.jsonl, progress for
// people on a StatusLine.
//
// metrics.jsonl has one JSON object a line, and each line leaves the process at once. Every object starts
// with "step". A number that is not finite is written as null, because JSON cannot write it.
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "training/run/status_line.h"

namespace dg {

struct RunLogOptions {
  /// Lines of an existing metrics.jsonl whose step is not below this are removed first, and damaged lines
  /// too, because a resumed run writes them again. With 0 the file starts anew.
  std::int64_t first_step = 0;
  /// The line of the evaluation after the step before `first_step` is removed as well.
  bool repeats_evaluation = false;
};

/// How far a run is, for people.
struct StepProgress {
  std::int64_t step = 0, steps = 0;  // done, and the end
  double epoch = 0;                  // how often each photo to train on was seen, in the mean
  double loss = 0;                   // smoothed
  double violating = 0;              // share of the recent negative pairs that violate the margin
  double images_per_second = 0, elapsed = 0, left = 0;
};

class RunLog {
 public:
  using Fields = std::vector<std::pair<std::string, double>>;

  /// `run` must exist, `status` must outlive the log. IoError, naming the file, when it cannot be opened.
  RunLog(const std::filesystem::path& run, StatusLine& status, const RunLogOptions& options = {});

  /// Appends one line. Error unless the first field is "step"; IoError when the line cannot be written.
  void metrics(const Fields& fields);
  /// Shows, if one is due: `step 40/5000 (0.8%)  epoch 0.3  loss 6.2102  violating 12.50%  812 images/s
  /// 0:12 gone  4:05 left`.
  void progress(const StepProgress& progress);

 private:
  std::filesystem::path path_;
  StatusLine& status_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
};

}  // namespace dg
