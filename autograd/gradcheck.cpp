#include "autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dg {
inline namespace DG_WIDTH {
namespace {

using Function = std::function<Var(const std::vector<Var>&)>;

double inner(const Tensor& a, const Tensor& b) {
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i]) * y[i];
  return sum;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.defined() != b.defined() || a.shape() != b.shape()) return false;
  if (!a.defined()) return true;
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  return x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(Real)) == 0;
}

struct Run {
  Tensor output;
  std::vector<Tensor> gradients;
};

// One forward and backward pass in which `needed` inputs ask for gradients.
Run run(const Function& f, const std::vector<NamedInput>& inputs, const std::vector<bool>& needed,
        const Tensor& w) {
  std::vector<Var> vars;
  for (std::size_t i = 0; i < inputs.size(); ++i) vars.emplace_back(inputs[i].value, needed[i]);
  const Var out = f(vars);
  if (out.requires_grad()) backward(out, w);
  Run result{out.value().clone(), {}};
  for (const Var& v : vars) result.gradients.push_back(v.requires_grad() ? v.grad() : Tensor());
  return result;
}

double scalar(const Function& f, const std::vector<NamedInput>& inputs, const Tensor& w) {
  const NoGrad guard;
  std::vector<Var> vars;
  for (const NamedInput& input : inputs) vars.emplace_back(input.value);
  return inner(f(vars).value(), w);
}

GradcheckRow compare(const Function& f, const std::vector<NamedInput>& inputs, std::size_t which,
                     const Tensor& analytic, const Tensor& w, const GradcheckOptions& options, Rng& rng,
                     std::vector<std::string>& failures) {
  GradcheckRow row{inputs[which].name};
  Tensor x = inputs[which].value;
  const std::vector<Real> original = x.to_vector();
  const std::vector<Real> gradient =
      analytic.defined() ? analytic.to_vector() : std::vector<Real>(original.size(), Real(0));
  const auto n = static_cast<std::int64_t>(original.size());
  double worst_ratio = -1;
  for (std::int64_t i = 0; i < std::min(n, options.max_coordinates); ++i) {
    const auto at =
        static_cast<std::size_t>(n <= options.max_coordinates ? i : static_cast<std::int64_t>(rng.below(n)));
    std::vector<Real> moved = original;
    moved[at] = static_cast<Real>(original[at] + options.step);
    const double up = moved[at];
    x.set(moved);
    const double s_up = scalar(f, inputs, w);
    moved[at] = static_cast<Real>(original[at] - options.step);
    const double down = moved[at];
    x.set(moved);
    const double s_down = scalar(f, inputs, w);
    const double numeric = (s_up - s_down) / (up - down), a = gradient[at];
    const double error = std::abs(a - numeric);
    const double tolerance = 1e-7 + 1e-6 * std::max(std::abs(a), std::abs(numeric));
    ++row.coordinates;
    const double ratio = std::isfinite(error) ? error / tolerance : HUGE_VAL;
    if (ratio > worst_ratio) {
      worst_ratio = ratio;
      row.largest_error = error;
      row.tolerance_there = tolerance;
    }
    if (!(error <= tolerance)) {
      failures.push_back(fmt::format("{}[{}]: analytic {:.10g}, numeric {:.10g}, error {:.2g} > {:.2g}",
                                     row.input, at, a, numeric, error, tolerance));
    }
  }
  x.set(original);
  return row;
}

}  // namespace

std::string GradcheckReport::text() const { return fmt::format("{}", fmt::join(failures, "\n")); }

GradcheckReport gradcheck(const Function& f, const std::vector<NamedInput>& inputs,
                          const GradcheckOptions& options) {
  GradcheckReport report;
  Rng rng(options.seed);
  std::vector<Tensor> before;
  for (const NamedInput& input : inputs) before.push_back(input.value.clone());
  const std::vector<bool> all(inputs.size(), true);
  const Tensor w = [&] {
    const NoGrad guard;
    std::vector<Var> vars;
    for (const NamedInput& input : inputs) vars.emplace_back(input.value);
    return random_normal(f(vars).shape(), rng);
  }();

  const Run first = run(f, inputs, all, w), second = run(f, inputs, all, w);
  if (!same_bits(first.output, second.output)) report.failures.push_back("a second run gives another output");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string& input = inputs[i].name;
    if (!same_bits(before[i], inputs[i].value)) report.failures.push_back(input + " was overwritten");
    if (!same_bits(first.gradients[i], second.gradients[i])) {
      report.failures.push_back("a second run gives another gradient of " + input);
    }
    if (first.gradients[i].defined() && first.gradients[i].shape() != inputs[i].value.shape()) {
      report.failures.push_back(fmt::format("gradient of {} must be {}, got {}", input,
                                            inputs[i].value.shape().str(), first.gradients[i].shape().str()));
      return report;
    }
    // Asked for alone, an input gets the same gradient (bit for bit) and the others get none; the engine
    // itself refuses a gradient that nobody needs.
    std::vector<bool> alone(inputs.size(), false);
    alone[i] = true;
    if (!same_bits(run(f, inputs, alone, w).gradients[i], first.gradients[i])) {
      report.failures.push_back("asked for alone, " + input + " gets another gradient");
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    report.rows.push_back(compare(f, inputs, i, first.gradients[i], w, options, rng, report.failures));
  }
  return report;
}

Tensor random_normal(const Shape& shape, Rng& rng) {
  std::vector<Real> values(static_cast<std::size_t>(shape.elements()));
  for (Real& v : values) v = static_cast<Real>(rng.normal());
  return Tensor::from(shape, values);
}

Tensor random_away_from_zero(const Shape& shape, Rng& rng, Real margin) {
  std::vector<Real> values(static_cast<std::size_t>(shape.elements()));
  for (Real& v : values) {
    const double u = rng.uniform(-1, 1);
    v = static_cast<Real>(u < 0 ? u - margin : u + margin);
  }
  return Tensor::from(shape, values);
}

Tensor random_distinct(const Shape& shape, Rng& rng) {
  std::vector<Real> values(static_cast<std::size_t>(shape.elements()));
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n; ++i) {
    values[i] =
        n > 1 ? static_cast<Real>(2.0 * static_cast<double>(i) / static_cast<double>(n - 1) - 1) : Real(0.5);
  }
  for (std::size_t i = n; i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
  return Tensor::from(shape, values);
}

}  // namespace DG_WIDTH
}  // namespace dg
