// Bootstrap intervals on one test set (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
// chapter 13: percentile interval), of the metric of one arm and of the difference between two. Every
// resample draws photos, or identities with all their photos, with replacement. The paired one takes the
// metric of both arms on the same draw: what is hard for both cancels.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "evaluation/one_shot.h"
#include "tensor/rng.h"

namespace dg {

/// Runs of one arm (seeds), each the recognitions of the same photos in the same order.
using Runs = std::span<const std::vector<Recognition>>;

/// What is compared: top-1, or coverage at a precision.
struct Metric {
  enum class Kind { top1, coverage } kind = Kind::top1;
  double precision = 0.99;  ///< for coverage
  CoverageRule rule = CoverageRule::largest;
};

/// What is drawn. Photos of one person fail together, so the interval over identities is the more honest one.
enum class ResampleUnit { photo, identity };

struct BootstrapOptions {
  Metric metric = {};
  ResampleUnit unit = ResampleUnit::identity;
  int resamples = 2000;
  double level = 0.95;  ///< share of resamples inside the interval, in (0, 1)
};

/// A figure on the test set itself, and the (1 - level) / 2 and (1 + level) / 2 quantiles of the same figure
/// in the resamples, linear between neighbours in sorted order.
struct BootstrapInterval {
  double value = 0;
  double low = 0, high = 0;
};

/// Of the metric of one arm: its mean over the arm's `runs`. Errors as paired_bootstrap.
BootstrapInterval bootstrap(Runs runs, const BootstrapOptions& options, Rng& rng);

/// Of the metric of `b` minus the metric of `a`, each the mean over the arm's runs. Errors: an arm without
/// runs, a run without photos, runs whose photos differ in number or identity, resamples < 1, level outside
/// (0, 1).
BootstrapInterval paired_bootstrap(Runs a, Runs b, const BootstrapOptions& options, Rng& rng);

}  // namespace dg
