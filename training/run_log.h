// What a run tells: metrics.jsonl in its folder, one JSON object per line; a progress line on stderr when
// that is a terminal; notes on stderr.
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dg {

using Figures = std::vector<std::pair<std::string, double>>;

class RunLog {
 public:
  /// Appends to RUN/metrics.jsonl. IoError when it cannot be opened.
  RunLog(const std::filesystem::path& run, std::int64_t steps);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// One line, flushed. Numbers that are not finite become null. IoError when the disk is full.
  void metrics(const Figures& figures);
  /// Redraws the progress line: step, figures, images per second, time left. Nothing unless stderr is a
  /// terminal.
  void progress(std::int64_t step, const Figures& figures, double images_per_second, double seconds_left);
  /// A message of its own line on stderr.
  void note(const std::string& text);

 private:
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
  std::int64_t steps_;
  bool terminal_;
  bool drawn_ = false;  // a progress line is on the screen
};

/// "1:02:03" or "2:03".
std::string duration(double seconds);

}  // namespace dg
