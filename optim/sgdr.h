// The learning rate of a step: SGDR (Loshchilov and Hutter [22]), as section 4.2.5 uses it without restarts,
// 0.01 -> 0.00001:
//
//   rate(t) = final + (initial - final) (1 + cos(pi tau / T)) / 2
//
// where T is the length of the current period and tau the number of steps since it began; the rate changes
// with each step, not with each epoch. A linear warm-up (an option that the paper's recipes do not use)
// multiplies it by min(1, (t + 1) / warmup). A run that is extended after its end begins a new cosine there,
// from the same initial to the same final rate: a warm restart, whose period is what the extension adds.
#pragma once
#include <cstdint>
#include <vector>

namespace dg {

struct SgdrOptions {
  double rate = 0.01, final_rate = 1e-5;
  std::int64_t steps = 140'000;     // length of the schedule
  std::int64_t restart_period = 0;  // length of the first period; 0 = no restarts, one period of `steps`
  double restart_factor = 1;        // each period is this much longer than the one before, >= 1, rounded down
  std::int64_t warmup = 0;          // steps
  std::vector<std::int64_t> extended_at;  // former ends of the schedule, ascending and below `steps`
};

class Sgdr {
 public:
  /// Throws Error when an option is out of range.
  explicit Sgdr(const SgdrOptions& options);
  /// Rate of step t = 0, 1, ...; from `steps` on it stays at final_rate.
  double rate(std::int64_t step) const;

 private:
  /// `since` steps after the begin of a period of so many.
  double cosine(double since, double period) const;

  SgdrOptions options_;
};

}  // namespace dg
