#include "optim/sgdr.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tensor/check.h"

namespace dg {

Sgdr::Sgdr(const SgdrOptions& o) : options_(o) {
  require(o.rate > 0 && o.final_rate >= 0 && o.final_rate <= o.rate, "sgdr",
          "rates must be 0 <= final <= initial, got {} -> {}", o.rate, o.final_rate);
  require(o.steps >= 1 && o.restart_period >= 0 && o.restart_factor >= 1 && o.warmup >= 0, "sgdr",
          "steps must be >= 1, restart_period >= 0, restart_factor >= 1, warmup >= 0, got {}, {}, {}, {}",
          o.steps, o.restart_period, o.restart_factor, o.warmup);
  std::int64_t before = 0;
  for (const std::int64_t at : o.extended_at) {
    require(at > before && at < o.steps, "sgdr",
            "extended_at must ascend between 0 and the {} steps, got {} after {}", o.steps, at, before);
    before = at;
  }
}

double Sgdr::cosine(double since, double period) const {
  const double share = (1 + std::cos(std::numbers::pi * since / period)) / 2;
  return options_.final_rate + (options_.rate - options_.final_rate) * share;
}

double Sgdr::rate(std::int64_t step) const {
  require(step >= 0, "sgdr", "step must be >= 0, got {}", step);
  const SgdrOptions& o = options_;
  if (step >= o.steps) return o.final_rate;
  const auto next = std::upper_bound(o.extended_at.begin(), o.extended_at.end(), step);
  if (next != o.extended_at.begin()) {
    const std::int64_t begin = *std::prev(next), end = next == o.extended_at.end() ? o.steps : *next;
    return cosine(static_cast<double>(step - begin), static_cast<double>(end - begin));
  }
  double since = static_cast<double>(step),
         period = static_cast<double>(o.extended_at.empty() ? o.steps : o.extended_at.front());
  if (o.restart_period > 0) {
    // Periods are whole steps, but grow before they are rounded: 10 steps and 5% more each time must not stay
    // 10 for ever.
    double exact = static_cast<double>(o.restart_period);
    period = exact;
    if (o.restart_factor == 1) since = std::fmod(since, period);  // there may be very many of them
    while (since >= period) {
      since -= period;
      exact *= o.restart_factor;
      period = std::floor(exact);
    }
  }
  const double warm =
      o.warmup > 0 ? std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(o.warmup)) : 1.0;
  return cosine(since, period) * warm;
}

}  // namespace dg
