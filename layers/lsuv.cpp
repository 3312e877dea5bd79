#include "layers/lsuv.h"

#include <cmath>

#include "autograd/ops.h"
#include "layers/statistics.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct ScaleInPlace {
  Real* x;
  Real factor;
  DG_FN void operator()(std::int64_t i) const { x[i] *= factor; }
};

void scale(const Tensor& t, double factor) {
  for_each(t.device(), t.size(), ScaleInPlace{t.data(), static_cast<Real>(factor)});
}

double positive_variance(const Tensor& t, const std::string& name) {
  const double variance = moments(t).variance;
  require(variance > 0 && std::isfinite(variance), "lsuv",
          "the output of {} has variance {}; cannot scale it", name, variance);
  return variance;
}

class Lsuv final : public LayerHook {
 public:
  void after_linear(Parameter& weight, Var& output) override {
    const double factor = 1 / std::sqrt(positive_variance(output.value(), weight.name));
    scale(weight.value.value(), factor);
    scale(output.value(), factor);
    lines.push_back({weight.name, moments(output.value()).variance});
  }
  void before_arfa(const Parameter& a, Parameter& k, const Var& input) override {
    const Tensor y = arfa(input, a.value, 1).value();
    const auto factor = static_cast<Real>(1 / std::sqrt(positive_variance(y, a.name)));
    k.set(Tensor::full(k.shape, factor));
    scale(y, factor);
    lines.push_back({a.name, moments(y).variance});
  }
  std::vector<LsuvLine> lines;
};

// Keeps the output of the last linear layer.
class LastLinear final : public LayerHook {
 public:
  void after_linear(Parameter&, Var& output) override { last = output.value(); }
  void before_arfa(const Parameter&, Parameter&, const Var&) override {}
  Tensor last;
};

// bias[j] -= mean[j mod means]
void subtract_from_bias(const Parameter& bias, const std::vector<double>& mean) {
  std::vector<Real> b = bias.value.value().to_vector();
  for (std::size_t j = 0; j < b.size(); ++j) b[j] = static_cast<Real>(b[j] - mean[j % mean.size()]);
  Tensor(bias.value.value()).set(b);
}

}  // namespace

std::vector<LsuvLine> lsuv(Network& network, const Tensor& images) {
  const NoGrad guard;
  Lsuv hook;
  network.forward(Var(images), &hook);
  return hook.lines;
}

void centre_embedding(Network& network, const Tensor& images) {
  const NoGrad guard;
  Linear& fc = network.embedding_layer();
  LastLinear hook;
  network.forward(Var(images), &hook);
  const ColumnMoments units = column_moments(hook.last);
  double spread = 0;
  for (const double v : units.variance) spread += std::sqrt(v);
  spread /= static_cast<double>(units.variance.size());
  require(spread > 0 && std::isfinite(spread), "centre_embedding",
          "the fc output has a mean spread of {}; cannot scale it", spread);
  subtract_from_bias(fc.bias(), units.mean);
  scale(fc.weight().value.value(), 1 / spread);
  scale(fc.bias().value.value(), 1 / spread);
  // The pairs' members are j and j + d, so the maxout mean of j is taken from both.
  subtract_from_bias(fc.bias(), column_moments(network.forward(Var(images)).value()).mean);
}

}  // namespace DG_WIDTH
}  // namespace dg
