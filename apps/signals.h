// What the program does with signals, and with standard streams that are closed or full.
#pragma once
#include <atomic>
#include <string_view>

namespace dg {

/// To be called before anything is opened. Descriptors 0, 1 and 2 that are closed are opened on /dev/null, so
/// that no other file gets their numbers and, with it, what is written to stdout or stderr. A reader that
/// went away (SIGPIPE) and a file that may not grow (SIGXFSZ) no longer end the program: the write fails
/// instead.
void prepare_process();

/// Whether a signal has asked the program to stop.
extern std::atomic<bool> stop_asked;

/// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 and SIGXCPU set `stop_asked` instead of
/// ending the program; a second SIGINT ends it at once.
void stop_on_signals();

/// Writes a message to descriptor 1 or 2, its control characters as printable() shows them, and goes on
/// whether that works or not: for messages that are not results.
void say(int descriptor, std::string_view message);

}  // namespace dg
