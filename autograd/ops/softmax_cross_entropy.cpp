// Softmax cross-entropy and, from the same pass, the hardest class of each row (section 3.2: the highest
// score among the wrong classes makes the doppelganger list).
//
//   loss = mean over rows of  log sum_c exp(x_c) - x_t,   x [rows, classes], t = labels[row].
//
// Backward: dx = (softmax(x) - onehot(t)) g / rows.
//
// Memory traffic (there may be 20,000 classes and more): forward reads x once, backward reads it once and
// writes dx over it when nobody else holds the buffer. The forward pass keeps four numbers of the wrong
// classes of a row: the highest logit m, its class, whether several classes share it, and s = sum exp(x - m),
// rescaled whenever m rises (online softmax: Milakov and Gimelshein 2018). The target is added at the end of
// the row.
//
// Numerical care: because the target is kept apart, loss = log(1 + odds) and 1 - p_t = odds / (1 + odds),
// with odds = s exp(m - x_t), are right to the last digits even when the softmax is saturated, where
// log-sum-exp minus x_t, or p_t - 1, would be rounding noise.
//
// Logits that are not finite: -inf is a class of probability 0. Any NaN, a target that is not finite, or a
// wrong class at +inf makes the loss not finite; a NaN or several +inf among the wrong classes makes
// HardestClass::logit NaN.
#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "tensor/math.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

// Class numbers are kept as Real, because g++ vectorises a struct only if all its members have one type.
// 2^24: up to there every integer is a float.
constexpr std::int64_t max_classes = std::int64_t{1} << 24;

struct WrongClasses {
  Real highest;   // m
  Real sum;       // sum exp(x - m)
  Real class_id;  // of m, -1 for none; the lowest one when shared
  Real tied;      // 1 when several classes share m
};

struct SoftmaxForward {
  struct Rows {  // [rows] each
    Real* loss;
    Real *largest, *inverse_sum;  // of all logits: the largest, and 1 / sum exp(x - largest)
    Real* wrong_probability;      // 1 - p_t
    std::int32_t* class_id;
    Real *logit, *target;
    std::uint8_t* tied;
  };
  Rows out;
  const Real* x;
  const std::int32_t* labels;
  std::int64_t classes;

  struct Fold {
    using Acc = WrongClasses;
    // Not -inf, so that the difference to a logit of -inf is not NaN.
    DG_FN static Acc identity() { return {std::numeric_limits<Real>::lowest(), 0, -1, 0}; }
    DG_FN static Acc combine(Acc p, Acc q) {
      const Real difference = p.highest - q.highest;
      const bool p_wins = difference > 0, q_wins = difference < 0;
      const Real factor = exp_of(p_wins ? -difference : difference);  // NaN stays, and spoils the sum
      const Real first = p.class_id < q.class_id ? p.class_id : q.class_id;
      return {p_wins ? p.highest : q.highest, p_wins ? p.sum + q.sum * factor : q.sum + p.sum * factor,
              p_wins ? p.class_id : (q_wins ? q.class_id : first),
              p_wins ? p.tied : (q_wins ? q.tied : Real(1))};
    }
  };
  DG_FN WrongClasses map(std::int64_t row, std::int64_t c) const {
    const bool wrong = c != labels[row];
    // Loaded in any case, and numbered in 32 bits: not every machine has vector instructions that load under
    // a condition or convert 64-bit integers to floats.
    const Real value = x[row * classes + c], number = static_cast<Real>(static_cast<std::int32_t>(c));
    return {wrong ? value : std::numeric_limits<Real>::lowest(), Real(wrong), wrong ? number : Real(-1), 0};
  }
  DG_FN void finish(std::int64_t row, WrongClasses wrong) const {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::int32_t label = labels[row];
    const bool inside = label >= 0 && label < classes;
    const double target = inside ? static_cast<double>(x[row * classes + label]) : nan;
    const double highest = wrong.highest, sum = wrong.sum;
    const bool target_leads = target >= highest;
    const double total =
        target_leads ? 1 + sum * std::exp(highest - target) : sum + std::exp(target - highest);
    const double loss =
        target_leads ? std::log1p(sum * std::exp(highest - target)) : highest - target + std::log(total);
    const bool finite = target - target == 0;
    out.loss[row] = static_cast<Real>(finite ? loss : nan);
    out.largest[row] = static_cast<Real>(target_leads ? target : highest);
    out.inverse_sum[row] = static_cast<Real>(1 / total);
    out.wrong_probability[row] =
        static_cast<Real>((target_leads ? sum * std::exp(highest - target) : sum) / total);
    out.target[row] = static_cast<Real>(target);

    const bool found = wrong.class_id >= 0;
    out.class_id[row] = static_cast<std::int32_t>(wrong.class_id);
    out.logit[row] = !found       ? -std::numeric_limits<Real>::infinity()
                     : sum == sum ? wrong.highest
                                  : static_cast<Real>(nan);
    out.tied[row] = static_cast<std::uint8_t>(found && wrong.tied > 0);
  }
};

struct MeanLoss {
  Real* mean;
  const Real* loss;
  std::int64_t rows;
  using Fold = Sum<double>;
  DG_FN double map(std::int64_t, std::int64_t row) const { return loss[row]; }
  DG_FN void finish(std::int64_t, double sum) const {
    mean[0] = static_cast<Real>(sum / static_cast<double>(rows));
  }
};

struct SoftmaxBackward {
  Real* dx;  // may be x
  const Real *x, *g, *largest, *inverse_sum, *wrong_probability;
  const std::int32_t* labels;
  std::int64_t classes;
  Real share;  // 1 / rows
  DG_FN void operator()(std::int64_t row, std::int64_t c) const {
    const Real up = g[0] * share, at_target = -wrong_probability[row];
    const Real p = exp_of(x[row * classes + c] - largest[row]) * inverse_sum[row];
    dx[row * classes + c] = up * (c == labels[row] ? at_target : p);
  }
};

}  // namespace

SoftmaxCrossEntropy softmax_cross_entropy(Var logits, const Array<std::int32_t>& labels) {
  const char* const where = "softmax_cross_entropy";
  require(logits.shape().rank() == 2, where, "logits must be [rows, classes], got {}", logits.shape().str());
  const std::int64_t rows = logits.shape()[0], classes = logits.shape()[1];
  require(rows > 0 && classes > 0 && classes <= max_classes, where,
          "needs at least one row and 1 to {} classes, got {}", max_classes, logits.shape().str());
  const Device device = logits.device();
  require(labels.size() == rows && labels.device() == device, where,
          "labels must be {} numbers on {}, got {} on {}", rows, name(device), labels.size(),
          name(labels.device()));
  if (device == Device::cpu) {  // a GPU cannot look without waiting: there the loss becomes NaN
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int32_t label = labels.data()[row];
      require(label >= 0 && label < classes, where, "labels must be in [0, {}), got {} in row {}", classes,
              label, row);
    }
  }
  std::vector<NodePtr> parents{logits.node()};
  const Tensor x = std::move(logits).take(), loss({rows}, device), largest({rows}, device),
               inverse_sum({rows}, device), wrong_probability({rows}, device), mean({}, device);
  SoftmaxCrossEntropy result{.loss = {},
                             .hardest = {.class_id = Array<std::int32_t>(rows, device),
                                         .logit = Array<Real>(rows, device),
                                         .tied = Array<std::uint8_t>(rows, device)},
                             .target_logit = Array<Real>(rows, device)};
  const SoftmaxForward::Rows out{.loss = loss.data(),
                                 .largest = largest.data(),
                                 .inverse_sum = inverse_sum.data(),
                                 .wrong_probability = wrong_probability.data(),
                                 .class_id = result.hardest.class_id.data(),
                                 .logit = result.hardest.logit.data(),
                                 .target = result.target_logit.data(),
                                 .tied = result.hardest.tied.data()};
  reduce_rows(device, rows, classes, SoftmaxForward{out, x.data(), labels.data(), classes});
  reduce_rows(device, 1, rows, MeanLoss{mean.data(), loss.data(), rows});
  result.loss = Var::result(
      mean, std::move(parents),
      [x, labels, largest, inverse_sum, wrong_probability, rows, classes](Tensor g, const Needed&) {
        const Tensor dx = reuse_or_allocate(x);
        for_each(x.device(), rows, classes,
                 SoftmaxBackward{dx.data(), x.data(), g.data(), largest.data(), inverse_sum.data(),
                                 wrong_probability.data(), labels.data(), classes,
                                 Real(1) / static_cast<Real>(rows)});
        return Gradients{dx};
      });
  return result;
}

}  // namespace DG_WIDTH
}  // namespace dg
