// Are counts as uniform as chance makes them, no more and no less?
#pragma once
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace dg {

/// Standard deviations between Pearson's statistic of `counts` (cells equally likely) and its mean. A batch
/// that draws a share `drawn` of the cells without replacement makes each count vary less, by 1 - drawn.
inline double chi_square_deviation(const std::vector<std::int64_t>& counts, double drawn = 0) {
  const auto cells = static_cast<double>(counts.size());
  const double expected =
      static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})) / cells;
  double statistic = 0;
  for (const std::int64_t count : counts) {
    const double off = static_cast<double>(count) - expected;
    statistic += off * off / expected;
  }
  const double freedom = cells - 1;
  statistic *= freedom / cells / (1 - drawn);
  if (drawn == 0) statistic *= cells / freedom;
  return (statistic - freedom) / std::sqrt(2 * freedom);
}

/// Fixed seeds, so a pass is a pass for ever; a wrong distribution is tens of deviations off.
inline constexpr double chi_square_limit = 4;

}  // namespace dg
