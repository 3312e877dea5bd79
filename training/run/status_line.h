// What a program that works for long shows people: a line that says how it goes, drawn anew in place on a
// terminal and written once a minute where the output is a file or a pipe, and messages on lines of their
// own. There are no colours, so NO_COLOR is obeyed, and control codes go to terminals alone.
// This is the only part of the library that writes to stderr.
#pragma once
#include <cstdio>
#include <functional>
#include <string>

namespace dg {

/// Seconds as "2:03" or "1:02:03".
std::string duration(double seconds);

class StatusLine {
 public:
  /// automatic: terminal where the console is one that can erase a line (TERM is not "dumb"), else file. off:
  /// messages alone.
  enum class Mode { automatic, terminal, file, off };
  /// Seconds since any moment.
  using Clock = std::function<double()>;

  explicit StatusLine(std::FILE* console = stderr, Mode mode = Mode::automatic, Clock clock = {});
  /// Leaves the last line standing.
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Whether show() would show a line now: the first always, later ones a fifth of a second after the one
  /// before on a terminal, and a minute after it elsewhere.
  bool due() const;
  /// The next line is due at once, as the first one was: something else begins.
  void begin_anew();
  /// Shows the line if one is due. It is cut to the width of a terminal.
  void show(const std::string& line);
  /// Prints a message on a line of its own, control characters made visible.
  void note(const std::string& message);
  /// Takes the line away, where it was drawn on a terminal.
  void erase();

 private:
  std::FILE* console_;
  Mode mode_;
  Clock clock_;
  double shown_at_;
  bool open_ = false;  // whether the console ends with a status line, which has no line end
};

}  // namespace dg
