// What the program's exit code says: one table, for --help, for the manual and for docs/commands.md.
#pragma once

namespace dg {

namespace exit_code {
inline constexpr int done = 0, error = 1, usage = 2, guard = 3, stopped = 130;
}  // namespace exit_code

struct ExitCode {
  int code;
  const char* what;
};

inline constexpr ExitCode exit_codes[] = {
    {exit_code::done, "done"},
    {exit_code::error, "an error in data, settings, files or the machine; the message names it"},
    {exit_code::usage, "usage: the command line was not understood, and nothing was done"},
    {exit_code::guard, "a guard stopped the training: a collapse, or a loss that is not finite"},
    {exit_code::stopped, "stopped by a signal; the steps that a training has done by then are saved"},
};

}  // namespace dg
