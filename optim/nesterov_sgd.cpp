#include "optim/nesterov_sgd.h"

#include <cmath>
#include <unordered_map>

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct SetZero {
  double* x;
  DG_FN void operator()(std::int64_t i) const { x[i] = 0; }
};

// Also halts the device where the norm is not finite, so that nothing later than this gradient is changed.
struct SquaredNorm {
  double* out;
  std::int32_t* halted;
  const Real* g;
  using Fold = Sum<double>;
  DG_FN double map(std::int64_t, std::int64_t i) const {
    const double v = g[i];
    return v * v;
  }
  DG_FN void finish(std::int64_t, double sum) const {
    *out = sum;
    if (sum - sum != 0) *halted = 1;
  }
};

struct MeasureClipping {
  Clipping* out;
  const double* squared_norms;  // [n]
  std::int64_t n;
  double clip_norm;  // 0 = no clipping
  DG_FN void operator()(std::int64_t) const {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += squared_norms[i];
    const double norm = std::sqrt(sum);
    out->norm = norm;
    out->factor = clip_norm > 0 && norm > clip_norm ? clip_norm / norm : 1;
  }
};

struct HaltUnlessFinite {
  std::int32_t* halted;
  const Real* loss;
  DG_FN void operator()(std::int64_t) const {
    if (loss[0] - loss[0] != 0) halted[0] = 1;
  }
};

struct Update {
  Real *w, *v;
  const Real* g;
  const double* clip_factor;  // null = 1
  const std::int32_t* halted;
  Real rate, momentum, decay, floor;
  bool rate_inside;
  DG_FN void operator()(std::int64_t i) const {
    const Real factor = clip_factor != nullptr ? static_cast<Real>(*clip_factor) : Real(1);
    const Real gradient = factor * g[i] + decay * w[i];
    const Real added = rate_inside ? rate * gradient : gradient;
    const Real velocity = momentum * v[i] + added;
    const Real step = added + momentum * velocity;
    const Real next = w[i] - (rate_inside ? step : rate * step);
    // Chosen at the end: with a return before, the loop would not be vectorised. A finite gradient can still
    // be so large that the sums here overflow; then this number stays as it was.
    const bool stays = *halted != 0 || velocity - velocity != 0 || next - next != 0;
    v[i] = stays ? v[i] : velocity;
    w[i] = stays ? w[i] : next < floor ? floor : next;
  }
};

}  // namespace

NesterovSgd::NesterovSgd(const std::vector<Parameter*>& parameters, const NesterovSgdOptions& o)
    : options_(o) {
  require(o.momentum >= 0 && o.momentum < 1 && o.decay >= 0 && o.clip_norm >= 0, "nesterov_sgd",
          "momentum must be in [0, 1), decay and clip_norm >= 0, got {}, {}, {}", o.momentum, o.decay,
          o.clip_norm);
  for (Parameter* p : parameters) {
    if (!p->trainable) continue;
    require(p->value.defined(), "nesterov_sgd", "{} is not initialised", p->name);
    parameters_.push_back(p);
    velocity_.push_back(Tensor::zeros(p->shape, p->value.device()));
  }
  require(!parameters_.empty(), "nesterov_sgd", "there is nothing to train among {} parameters",
          parameters.size());
  const Device device = parameters_[0]->value.device();
  squared_norms_ = Array<double>(static_cast<std::int64_t>(parameters_.size()), device);
  clipping_ = Array<Clipping>::from(std::vector<Clipping>(1), device);
  halted_ = Array<std::int32_t>::from(std::vector<std::int32_t>{0}, device);
}

void NesterovSgd::measure(std::size_t i) {
  const Tensor& g = parameters_[i]->value.grad();
  reduce_rows(clipping_.device(), 1, g.defined() ? g.size() : 0,
              SquaredNorm{squared_norms_.data() + i, halted_.data(), g.data()});
}

void NesterovSgd::add_norms() {
  for_each(clipping_.device(), 1,
           MeasureClipping{clipping_.data(), squared_norms_.data(),
                           static_cast<std::int64_t>(parameters_.size()), options_.clip_norm});
}

void NesterovSgd::step(double rate) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) measure(i);
  add_norms();
  for (std::size_t i = 0; i < parameters_.size(); ++i) update(i, rate);
  profile_mark(Part::optimiser);
}

void NesterovSgd::minimise(const Var& loss, double rate) {
  const Tensor& value = loss.value();
  require(value.size() == 1 && value.device() == halted_.device(), "nesterov_sgd",
          "the loss must be one number on {}, got {} on {}", name(halted_.device()), value.shape().str(),
          name(value.device()));
  for_each(halted_.device(), 1, HaltUnlessFinite{halted_.data(), value.data()});
  if (options_.clip_norm > 0) {
    backward(loss);
    step(rate);
    return;
  }
  // Some parameters may get no gradient.
  for_each(halted_.device(), squared_norms_.size(), SetZero{squared_norms_.data()});
  std::unordered_map<const Node*, std::size_t> index;
  for (std::size_t i = 0; i < parameters_.size(); ++i) index[parameters_[i]->value.node().get()] = i;
  backward(loss, {}, [&](const NodePtr& leaf) {
    const auto found = index.find(leaf.get());
    if (found == index.end()) return;
    measure(found->second);
    update(found->second, rate);
    profile_mark(Part::optimiser);
  });
  add_norms();
}

void NesterovSgd::update(std::size_t i, double rate) {
  Parameter& p = *parameters_[i];
  const Tensor& g = p.value.grad();
  if (!g.defined()) return;
  const Tensor& w = p.value.value();
  const double* factor = options_.clip_norm > 0 ? &clipping_.data()->factor : nullptr;
  for_each(w.device(), w.size(),
           Update{w.data(), velocity_[i].data(), g.data(), factor, halted_.data(),
                  static_cast<Real>(rate * p.rate_multiplier), static_cast<Real>(options_.momentum),
                  static_cast<Real>(p.decay ? options_.decay : 0), static_cast<Real>(p.floor),
                  options_.rate_inside});
  p.value.zero_grad();
}

double NesterovSgd::gradient_norm() const { return clipping_.to_vector()[0].norm; }

bool NesterovSgd::halted() const { return halted_.to_vector()[0] != 0; }

}  // namespace DG_WIDTH
}  // namespace dg
