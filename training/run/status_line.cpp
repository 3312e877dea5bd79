#include "training/run/status_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "interop/utf8.h"

namespace dg {
namespace {

// Faster than people read, and slow enough that drawing costs nothing.
constexpr double seconds_on_a_terminal = 0.2, seconds_in_a_file = 60;

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

StatusLine::Mode mode_of(std::FILE* console) {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::strcmp(term, "dumb") == 0;
  return isatty(fileno(console)) == 1 && !dumb ? StatusLine::Mode::terminal : StatusLine::Mode::file;
}

// A longer line would wrap, and the next could not be drawn over it. One column less than the terminal's
// width, which is taken for 120 where it is unknown.
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

StatusLine::StatusLine(std::FILE* console, Mode mode, Clock clock)
    : console_(console),
      mode_(mode == Mode::automatic ? mode_of(console) : mode),
      clock_(clock ? std::move(clock) : monotonic_seconds),
      shown_at_(-std::numeric_limits<double>::infinity()) {}

StatusLine::~StatusLine() {
  if (open_) std::fputs("\n", console_);
}

bool StatusLine::due() const {
  if (mode_ == Mode::off) return false;
  return clock_() - shown_at_ >= (mode_ == Mode::terminal ? seconds_on_a_terminal : seconds_in_a_file);
}

void StatusLine::begin_anew() { shown_at_ = -std::numeric_limits<double>::infinity(); }

void StatusLine::show(const std::string& line) {
  if (!due()) return;
  shown_at_ = clock_();
  if (mode_ == Mode::file) return note(line);
  erase();
  std::fputs(printable(line).substr(0, console_width(console_)).c_str(), console_);
  std::fflush(console_);
  open_ = true;
}

void StatusLine::note(const std::string& message) {
  erase();
  std::fputs((printable(message) + "\n").c_str(), console_);
  std::fflush(console_);
}

void StatusLine::erase() {
  if (open_) std::fputs("\r\x1b[K", console_);
  open_ = false;
}

}  // namespace dg
