#include "training/run/run_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>

#include "interop/atomic_file.h"
#include "interop/number_text.h"
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
  const bool evaluation =
      json.contains("novel_top1") || json.contains("base_top1") || json.contains("pairs_accuracy");
  if (options.repeats_evaluation && step == first - 1 && evaluation) return false;
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

}  // namespace

RunLog::RunLog(const std::filesystem::path& run, StatusLine& status, const RunLogOptions& options)
    : path_(run / "metrics.jsonl"), status_(status) {
  cut_metrics(path_, options);
  // A pipe in its place must not wait for a reader, and neither it nor a device keeps what is written.
  const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);
  if (file >= 0) file_.reset(::fdopen(file, "ab"));
  if (!file_) throw_system_error(path_.string() + ": cannot be written", errno);
  struct stat kind {};
  if (::fstat(file, &kind) != 0 || !S_ISREG(kind.st_mode))
    throw IoError(path_.string() + ": cannot be written: not a regular file");
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

void RunLog::progress(const StepProgress& p) {
  if (!status_.due()) return;
  status_.show(fmt::format(
      "step {}/{} ({})  epoch {}  loss {:.4f}  violating {:.2f}%  {:.0f} images/s  {} gone  {} left", p.step,
      p.steps, percent(static_cast<double>(p.step) / static_cast<double>(p.steps)), short_number(p.epoch),
      p.loss, 100 * p.violating, p.images_per_second, duration(p.elapsed), duration(p.left)));
}

}  // namespace dg
