// How the stand-in complains. What a GPU would answer with a status is a status here too, with a line on
// stderr that says why (`note`); what a GPU would silently get wrong ends the process (`report`).
#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

namespace dg::standin {

/// One line on stderr: "stand-in: ...". Allocates nothing, so that a signal handler may call it.
template <class... Args>
void note(fmt::format_string<Args...> format, Args&&... args) {
  constexpr std::size_t room = 600;
  char text[room + 1];
  char* end = fmt::format_to_n(text, 10, "stand-in: ").out;
  end = fmt::format_to_n(end, room - 10, format, std::forward<Args>(args)...).out;
  *end++ = '\n';
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, static_cast<std::size_t>(end - text));
}

/// note() and the end of the process with status 1: an exit, not a signal, so that CTest's WILL_FAIL counts
/// it.
template <class... Args>
[[noreturn]] void report(fmt::format_string<Args...> format, Args&&... args) {
  note(format, std::forward<Args>(args)...);
  ::_exit(1);
}

}  // namespace dg::standin
