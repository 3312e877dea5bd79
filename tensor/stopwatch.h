// Elapsed time, on the clock that never jumps.
#pragma once
#include <chrono>

namespace dg {

class Stopwatch {
 public:
  /// Seconds since it was made.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace dg
