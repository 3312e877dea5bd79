#include "training/run/run_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>

#include "interop/atomic_file.h"
#include "interop/system_error.h"
#include "interop/utf8.h"
#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

// The shortest text that reads back to the same double; whole numbers have no decimal point.
std::string number_text(double v) { return std::isfinite(v) ? fmt::format("{}", v) : "null"; }

bool is_line_before(std::string_view line, const RunLogOptions& options) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("step") || !json["step"].is_number()) return false;
  const auto step = json["step"].get<double>(), first = static_cast<double>(options.first_step);
  if (options.repeats_evaluation && step == first - 1 && json.contains("novel_top1")) return false;
  return step < first;
}

// Drops the lines of what will be done again.
void cut_metrics(const std::filesystem::path& path, const RunLogOptions& options) {
  if (!std::filesystem::exists(path)) return;
  const std::string text = read_file_text(path);
  std::string_view left = text, line;
  std::string kept;
  while (next_line(left, line)) {
    if (is_line_before(line, options)) (kept += line) += '\n';
  }
  write_file_atomically(path, kept);
}

// The length of the progress line: a longer one would wrap, and the next could not be drawn over it. One
// column less than the terminal's width, which is taken for 120 where it is unknown.
std::size_t console_width(std::FILE* console) {
  winsize size{};
  return ioctl(fileno(console), TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 119u;
}

}  // namespace

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "?";
  const auto s = static_cast<std::int64_t>(std::ceil(seconds));
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

RunLog::RunLog(const std::filesystem::path& run, std::int64_t steps, const RunLogOptions& options)
    : path_(run / "metrics.jsonl"),
      steps_(steps),
      console_(options.console),
      show_progress_(options.progress == RunLogOptions::Progress::automatic
                         ? isatty(fileno(options.console)) == 1
                         : options.progress == RunLogOptions::Progress::on) {
  cut_metrics(path_, options);
  // A pipe in its place must not wait for a reader, and neither it nor a device keeps what is written.
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);
  if (file >= 0) file_.reset(::fdopen(file, "ab"));
  if (!file_) throw_system_error(path_.string() + ": cannot be written", errno);
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
    throw IoError(path_.string() + ": cannot be written: not a regular file");
}

RunLog::~RunLog() {
  if (line_open_) std::fputs("\n", console_);
}

void RunLog::metrics(const Fields& fields) {
  require(!fields.empty() && fields[0].first == "step", "run_log", "the first field must be step, got {}",
          fields.empty() ? "none" : fields[0].first);
  std::string line;
  for (const auto& [name, value] : fields) {
    line +=
        fmt::format("{}{}: {}", line.empty() ? "{" : ", ", nlohmann::json(name).dump(), number_text(value));
  }
  line += "}\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0) {
    throw_system_error(path_.string() + ": cannot be written", errno);
  }
}

void RunLog::progress(std::int64_t step, const Fields& losses, double images_per_second,
                      double seconds_left) {
  if (!show_progress_) return;
  std::string line = fmt::format("step {}/{}", step, steps_);
  for (const auto& [name, value] : losses) line += fmt::format("  {} {:.4f}", name, value);
  line += fmt::format("  {:.0f} images/s  {} left", images_per_second, duration(seconds_left));
  clear_line();
  std::fputs(line.substr(0, console_width(console_)).c_str(), console_);
  std::fflush(console_);
  line_open_ = true;
}

void RunLog::note(const std::string& message) {
  clear_line();
  std::fputs((printable(message) + "\n").c_str(), console_);
  std::fflush(console_);
}

void RunLog::clear_line() {
  if (line_open_) std::fputs("\r\x1b[K", console_);
  line_open_ = false;
}

}  // namespace dg
