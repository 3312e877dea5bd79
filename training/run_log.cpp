#include "training/run_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tensor/error.h"

namespace dg {

std::string duration(double seconds) {
  const auto s = static_cast<std::int64_t>(std::max(0.0, seconds) + 0.5);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

RunLog::RunLog(const std::filesystem::path& run, std::int64_t steps)
    : path_(run / "metrics.jsonl"),
      file_(std::fopen(path_.c_str(), "ab")),
      steps_(steps),
      terminal_(isatty(STDERR_FILENO) != 0) {
  if (file_ == nullptr) throw IoError(fmt::format("{}: cannot be opened", path_.string()));
}

RunLog::~RunLog() {
  if (drawn_) fmt::print(stderr, "\n");
  std::fclose(file_);
}

void RunLog::metrics(const Figures& figures) {
  nlohmann::ordered_json line;
  for (const auto& [name, value] : figures) {
    if (!std::isfinite(value)) {
      line[name] = nullptr;
    } else if (value == std::floor(value) && std::abs(value) < 1e15) {
      line[name] = static_cast<std::int64_t>(value);
    } else {
      line[name] = value;
    }
  }
  const std::string text = line.dump() + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) {
    throw IoError(fmt::format("{}: cannot be written (disk full?)", path_.string()));
  }
}

void RunLog::progress(std::int64_t step, const Figures& figures, double images_per_second,
                      double seconds_left) {
  if (!terminal_) return;
  std::string line = fmt::format("step {}/{}", step, steps_);
  for (const auto& [name, value] : figures) line += fmt::format("  {} {:.4f}", name, value);
  line += fmt::format("  {:.0f} images/s  {} left", images_per_second, duration(seconds_left));
  fmt::print(stderr, "\r{}\033[K", line);
  drawn_ = true;
}

void RunLog::note(const std::string& text) {
  fmt::print(stderr, "{}{}\n", drawn_ ? "\n" : "", text);
  drawn_ = false;
}

}  // namespace dg
