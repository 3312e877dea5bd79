#include "evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "tensor/check.h"

namespace dg {
namespace {

/// The metric of one run as a function of how often each photo occurs.
class WeightedMetric {
 public:
  WeightedMetric(std::span<const Recognition> run, const Metric& metric) : metric_(metric) {
    if (metric.kind == Metric::Kind::coverage) {
      ranked_.emplace(to_answers(run));
    } else {
      for (const Recognition& photo : run) correct_.push_back(photo.correct());
    }
  }

  double operator()(std::span<const std::uint32_t> counts) const {
    if (ranked_) return ranked_->at(metric_.precision, metric_.rule, counts).coverage();
    std::uint64_t right = 0, photos = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      photos += counts[i];
      if (correct_[i]) right += counts[i];
    }
    return static_cast<double>(right) / static_cast<double>(photos);
  }

 private:
  Metric metric_;
  std::optional<RankedAnswers> ranked_;  // for coverage
  std::vector<bool> correct_;            // for top-1
};

class Arm {
 public:
  Arm(Runs runs, const Metric& metric) {
    for (const auto& run : runs) runs_.emplace_back(run, metric);
  }
  double operator()(std::span<const std::uint32_t> counts) const {
    double sum = 0;
    for (const WeightedMetric& run : runs_) sum += run(counts);
    return sum / static_cast<double>(runs_.size());
  }

 private:
  std::vector<WeightedMetric> runs_;
};

void check_runs(const char* where, Runs runs, const std::vector<Recognition>& first, const char* arm) {
  for (std::size_t r = 0; r < runs.size(); ++r) {
    require(runs[r].size() == first.size(), where, "all runs must hold {} photos, run {} of arm {} holds {}",
            first.size(), r, arm, runs[r].size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      require(runs[r][i].identity == first[i].identity, where,
              "photo {} must show identity {} in all runs, run {} of arm {} has {}", i, first[i].identity, r,
              arm, runs[r][i].identity);
    }
  }
}

/// The photos drawn together, in a fixed order.
std::vector<std::vector<std::size_t>> units(const std::vector<Recognition>& photos, ResampleUnit unit) {
  std::map<std::int64_t, std::vector<std::size_t>> groups;  // by photo or by identity
  for (std::size_t i = 0; i < photos.size(); ++i) {
    groups[unit == ResampleUnit::photo ? static_cast<std::int64_t>(i) : photos[i].identity].push_back(i);
  }
  std::vector<std::vector<std::size_t>> out;
  for (auto& [key, members] : groups) out.push_back(std::move(members));
  return out;
}

/// Quantile q in [0, 1] of ascending values: linear between the two nearest of the positions 0..n-1.
double quantile(std::span<const double> sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double fraction = position - static_cast<double>(below);
  return sorted[below] + fraction * (sorted[above] - sorted[below]);
}

void check_request(const char* where, const std::vector<Recognition>& photos,
                   const BootstrapOptions& options) {
  require(!photos.empty(), where, "at least one photo is needed, got none");
  require(options.resamples >= 1, where, "resamples must be at least 1, got {}", options.resamples);
  require(options.level > 0 && options.level < 1, where, "level must be between 0 and 1, got {}",
          options.level);
}

/// The interval of a statistic, which is a function of how often each of the `photos` occurs.
template <class Statistic>
BootstrapInterval interval(const std::vector<Recognition>& photos, const BootstrapOptions& options, Rng& rng,
                           const Statistic& statistic) {
  std::vector<std::uint32_t> counts(photos.size(), 1);
  BootstrapInterval result{.value = statistic(counts)};
  const auto drawn_together = units(photos, options.unit);
  std::vector<double> values;
  for (int r = 0; r < options.resamples; ++r) {
    std::ranges::fill(counts, 0u);
    for (std::size_t draw = 0; draw < drawn_together.size(); ++draw) {
      for (std::size_t i : drawn_together[rng.below(drawn_together.size())]) ++counts[i];
    }
    values.push_back(statistic(counts));
  }
  std::ranges::sort(values);
  result.low = quantile(values, (1 - options.level) / 2);
  result.high = quantile(values, (1 + options.level) / 2);
  return result;
}

}  // namespace

BootstrapInterval bootstrap(Runs runs, const BootstrapOptions& options, Rng& rng) {
  constexpr auto where = "bootstrap";
  require(!runs.empty(), where, "at least one run is needed, got none");
  check_request(where, runs[0], options);
  check_runs(where, runs, runs[0], "a");
  return interval(runs[0], options, rng, Arm(runs, options.metric));
}

BootstrapInterval paired_bootstrap(Runs a, Runs b, const BootstrapOptions& options, Rng& rng) {
  constexpr auto where = "paired_bootstrap";
  require(!a.empty() && !b.empty(), where, "both arms need at least one run, got {} and {}", a.size(),
          b.size());
  check_request(where, a[0], options);
  check_runs(where, a, a[0], "a");
  check_runs(where, b, a[0], "b");
  const Arm arm_a(a, options.metric), arm_b(b, options.metric);
  return interval(a[0], options, rng,
                  [&](std::span<const std::uint32_t> counts) { return arm_b(counts) - arm_a(counts); });
}

}  // namespace dg
