// What a run reports while it goes on: numbers for programs in RUN/metrics.jsonl, a progress line and
// messages for people on stderr. This is the only part of the library that writes to stderr.
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

namespace dg {

/// Seconds as "2:03" or "1:02:03".
std::string duration(double seconds);

struct RunLogOptions {
  /// Lines of an existing metrics.jsonl whose step is not below this are removed first, and damaged lines
  /// too, because a resumed run writes them again. With 0 the file starts anew.
  std::int64_t first_step = 0;
  /// The line of the evaluation after the step before `first_step` is removed as well.
  bool repeats_evaluation = false;
  std::FILE* console = stderr;
  /// Whether to draw the progress line; automatic: where the console is a terminal.
  enum class Progress { automatic, on, off } progress = Progress::automatic;
};

class RunLog {
 public:
  using Fields = std::vector<std::pair<std::string, double>>;

  /// `run` must exist; `steps` is the end of the progress line. IoError, naming the file, when it cannot be
  /// opened.
  RunLog(const std::filesystem::path& run, std::int64_t steps, const RunLogOptions& options = {});
  ~RunLog();

  /// Appends one line. Error unless the first field is "step"; IoError when the line cannot be written.
  void metrics(const Fields& fields);
  /// Redraws the progress line: `step 40/5000  loss 6.2102  l2s 6.2102  812 images/s  4:05 left`.
  void progress(std::int64_t step, const Fields& losses, double images_per_second, double seconds_left);
  /// Prints a message on a line of its own.
  void note(const std::string& message);

 private:
  void clear_line();

  std::filesystem::path path_;
  std::int64_t steps_;
  std::FILE* console_;
  bool show_progress_;
  bool line_open_ = false;  // whether the console ends with a progress line, which has no line end
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, &std::fclose};
};

}  // namespace dg
