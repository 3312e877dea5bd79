// Gradient checks by central differences, in double. The checked scalar is s = <f(inputs), w> for a fixed
// random w; then ds/dx is compared coordinate by coordinate with (s(x + h) - s(x - h)) / 2h:
//   |analytic - numeric| <= 1e-7 + 1e-6 * max(|analytic|, |numeric|), one tolerance for everything.
// It also demands that inputs are unchanged, that inputs which need no gradient get none, and that a second
// run gives the same bits. The caller chooses inputs away from the points where f has a kink (max, |x|, x = 0
// of ARFA); the functions below make such inputs.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "autograd/var.h"
#include "tensor/rng.h"

namespace dg {
inline namespace DG_WIDTH {

struct NamedInput {
  std::string name;
  Tensor value;
};

struct GradcheckRow {
  std::string input;
  std::int64_t coordinates = 0;  // how many were checked
  double largest_error = 0;      // of |analytic - numeric|
  double tolerance_there = 0;    // what was allowed at that coordinate
};

struct GradcheckReport {
  std::vector<GradcheckRow> rows;
  std::vector<std::string> failures;  // empty = passed
  bool ok() const { return failures.empty(); }
  std::string text() const;  // the failures, one a line
};

struct GradcheckOptions {
  double step = 1e-5;                   // h
  std::int64_t max_coordinates = 2000;  // per input; more are sampled
  std::uint64_t seed = 1;
};

/// `f` gets one Var per input, in order, and may return any shape. It must be deterministic.
GradcheckReport gradcheck(const std::function<Var(const std::vector<Var>&)>& f,
                          const std::vector<NamedInput>& inputs, const GradcheckOptions& options = {});

/// Standard normal numbers.
Tensor random_normal(const Shape& shape, Rng& rng);
/// Numbers of absolute value in [margin, 1 + margin) with random sign: no coordinate near a kink at 0.
Tensor random_away_from_zero(const Shape& shape, Rng& rng, Real margin = Real(0.1));
/// A random permutation of evenly spaced numbers in [-1, 1]: no two close to each other, for max-like
/// operations.
Tensor random_distinct(const Shape& shape, Rng& rng);

}  // namespace DG_WIDTH
}  // namespace dg
