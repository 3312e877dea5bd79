// Forward in three steps: L_i = log sum_k exp(m - D_ik) per photo, then J_ij = log(exp L_i + exp L_j) + D_ij
// per positive pair, then the mean. Backward, with h = max(0, J) / pairs for a positive pair and 0 otherwise:
//
//   dD_ij = h_ij                               positive pair, at i < j only (D is read there only)
//   dD_ik = -exp(m - D_ik - L_i) a_i           negative pair,
//   a_i = sum_j h_ij exp(L_i - log(exp L_i + exp L_j))    over the positive partners j of i.
//
// Numerical care: every log-sum-exp has its maximum subtracted; L_i = -inf (no negatives) makes J = -inf and
// h = 0 without a NaN. Every step is a functor over the matrix of pairs, so a GPU never waits for the host.
#include "losses/lifted_structured.h"

#include <cmath>
#include <limits>

#include "tensor/math.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

constexpr Real infinity = std::numeric_limits<Real>::infinity();

struct LogSum {
  Real highest;
  Real sum;  // sum exp(x - highest)
};

struct NegativeLogSum {
  Real* out;  // L_i
  const Real* d;
  const std::int32_t* labels;
  std::int64_t n;
  Real margin;
  using Acc = LogSum;
  struct Fold {
    using Acc = LogSum;
    DG_FN static Acc identity() { return {std::numeric_limits<Real>::lowest(), 0}; }
    DG_FN static Acc combine(Acc p, Acc q) {
      const Real lead = p.highest - q.highest;
      return lead > 0 ? Acc{p.highest, p.sum + q.sum * exp_of(-lead)}
                      : Acc{q.highest, q.sum + p.sum * exp_of(lead)};
    }
  };
  DG_FN Acc map(std::int64_t i, std::int64_t k) const {
    return labels[i] == labels[k] ? Fold::identity() : Acc{margin - d[i * n + k], 1};
  }
  DG_FN void finish(std::int64_t i, Acc a) const {
    out[i] = a.sum > 0 ? a.highest + std::log(a.sum) : a.sum == 0 ? -infinity : a.sum;
  }
};

// What the pair (i, j) adds: log(exp L_i + exp L_j) and h without the division by the number of pairs.
struct Pairs {
  const Real *d, *log_sum;
  const std::int32_t* labels;
  std::int64_t n;
  DG_FN bool positive(std::int64_t i, std::int64_t j) const { return i != j && labels[i] == labels[j]; }
  DG_FN Real log_both(std::int64_t i, std::int64_t j) const {
    const Real a = log_sum[i], b = log_sum[j], high = a > b ? a : b, low = a > b ? b : a;
    return high == -infinity ? high : high + std::log1p(exp_of(low - high));
  }
  DG_FN Real hinge(std::int64_t i, std::int64_t j) const {
    const Real excess = log_both(i, j) + (i < j ? d[i * n + j] : d[j * n + i]);
    return excess <= 0 ? 0 : excess;  // NaN stays
  }
};

struct SumAndCount {
  Real sum, count;
  DG_FN friend SumAndCount operator+(SumAndCount p, SumAndCount q) {
    return {p.sum + q.sum, p.count + q.count};
  }
};

struct PairSums {
  Real *sum, *count;  // per photo i, over its partners j > i
  Pairs pairs;
  using Acc = SumAndCount;
  using Fold = Sum<Acc>;
  DG_FN Acc map(std::int64_t i, std::int64_t j) const {
    if (j <= i || !pairs.positive(i, j)) return Fold::identity();
    const Real h = pairs.hinge(i, j);
    return {h * h, 1};
  }
  DG_FN void finish(std::int64_t i, Acc a) const {
    sum[i] = a.sum;
    count[i] = a.count;
  }
};

struct HalfMean {
  Real *loss, *inverse_count;  // 1 / pairs, 0 when there is none
  const Real *sum, *count;
  using Acc = SumAndCount;
  using Fold = Sum<Acc>;
  DG_FN Acc map(std::int64_t, std::int64_t i) const { return {sum[i], count[i]}; }
  DG_FN void finish(std::int64_t, Acc a) const {
    inverse_count[0] = a.count > 0 ? 1 / a.count : 0;
    loss[0] = a.sum * inverse_count[0] / 2;
  }
};

struct NegativeWeight {
  Real* weight;  // a_i, without the upstream gradient and the division by the number of pairs
  Pairs pairs;
  using Acc = Real;
  using Fold = Sum<Acc>;
  DG_FN Acc map(std::int64_t i, std::int64_t j) const {
    if (!pairs.positive(i, j)) return 0;
    const Real h = pairs.hinge(i, j);
    return h == 0 ? 0 : h * exp_of(pairs.log_sum[i] - pairs.log_both(i, j));
  }
  DG_FN void finish(std::int64_t i, Acc sum) const { weight[i] = sum; }
};

struct LiftedBackward {
  Real* dd;
  const Real *g, *inverse_count, *weight;
  Pairs pairs;
  Real margin;
  DG_FN void operator()(std::int64_t i, std::int64_t j) const {
    const std::int64_t at = i * pairs.n + j;
    Real out = 0;
    if (pairs.positive(i, j)) {
      out = i < j ? pairs.hinge(i, j) : 0;
    } else if (i != j && weight[i] != 0) {
      out = -exp_of(margin - pairs.d[at] - pairs.log_sum[i]) * weight[i];
    }
    dd[at] = out * g[0] * inverse_count[0];
  }
};

}  // namespace

Var lifted_structured_loss(const Var& dissimilarity, const Array<std::int32_t>& labels, Real margin) {
  const Shape& shape = dissimilarity.shape();
  require(shape.rank() == 2 && shape[0] == shape[1] && shape[0] == labels.size(), "lifted_structured",
          "needs a square matrix and one label a row, got {} and {} labels", shape.str(), labels.size());
  const Device device = dissimilarity.device();
  require(labels.device() == device, "lifted_structured", "labels must be on {}", name(device));
  const std::int64_t n = shape[0];
  const Tensor d = dissimilarity.value(), log_sum({n}, device), sum({n}, device), count({n}, device),
               loss({}, device), inverse_count({}, device);
  reduce_rows(device, n, n, NegativeLogSum{log_sum.data(), d.data(), labels.data(), n, margin});
  const Pairs pairs{d.data(), log_sum.data(), labels.data(), n};
  reduce_rows(device, n, n, PairSums{sum.data(), count.data(), pairs});
  reduce_rows(device, 1, n, HalfMean{loss.data(), inverse_count.data(), sum.data(), count.data()});
  return Var::result(
      loss, {dissimilarity.node()},
      [d, log_sum, labels, inverse_count, n, margin, device](Tensor g, const Needed&) {
        const Pairs kept{d.data(), log_sum.data(), labels.data(), n};
        const Tensor weight({n}, device), dd({n, n}, device);
        reduce_rows(device, n, n, NegativeWeight{weight.data(), kept});
        for_each(device, n, n,
                 LiftedBackward{dd.data(), g.data(), inverse_count.data(), weight.data(), kept, margin});
        return Gradients{dd};
      });
}

LiftedStructured::LiftedStructured(const LiftedStructuredOptions& options) : options_(options) {
  require(options.scale >= 1, "lifted_structured", "scale must be >= 1, got {}", options.scale);
  alpha_ = {.name = "lifted.alpha", .shape = {1}, .floor = 1, .trainable = options.train_scale};
}

void LiftedStructured::initialise(Device device) {
  alpha_.set(Tensor::full(alpha_.shape, static_cast<Real>(options_.scale), device));
}

Var LiftedStructured::operator()(const Var& e, const Array<std::int32_t>& labels) const {
  require(alpha_.value.defined(), "lifted_structured", "initialise must come first");
  // |alpha a - alpha b| = alpha |a - b|: scaling n^2 distances costs less than n d coordinates.
  const Var d = options_.measure == LiftedMeasure::distance
                    ? scale(pairwise_distance(e), alpha_.value)
                    : scale(scale(pairwise_similarity(e), alpha_.value), Real(-1));
  return lifted_structured_loss(d, labels, static_cast<Real>(options_.margin));
}

}  // namespace DG_WIDTH
}  // namespace dg
