#include "losses/pair_selection.h"

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct Violation {
  const Real* s;
  const std::int32_t* labels;
  const Real* beta;
  std::int64_t n;
  Real margin;
  DG_FN bool positive(std::int64_t i, std::int64_t j) const { return labels[i] == labels[j]; }
  // Eqs. 3 and 4; 0 when it is NaN.
  DG_FN Real operator()(std::int64_t i, std::int64_t j) const {
    const Real v = positive(i, j) ? beta[0] + margin - s[i * n + j] : s[i * n + j] - (beta[0] - margin);
    return v > 0 ? v : 0;
  }
};

struct SelectPair {
  std::int32_t *positive, *negative;
  Violation violation;
  Rng::State state;
  DG_FN void operator()(std::int64_t i) const {
    const auto at = state.position + 2 * static_cast<std::uint64_t>(i);
    positive[i] = draw(i, true, to_uniform(random_bits(state.seed, state.stream, at)));
    negative[i] = draw(i, false, to_uniform(random_bits(state.seed, state.stream, at + 1)));
  }
  // The first partner at which the running sum of violations passes u times their total.
  DG_FN std::int32_t draw(std::int64_t i, bool wanted, double u) const {
    double total = 0;
    for (std::int64_t j = 0; j < violation.n; ++j) {
      if (j != i && violation.positive(i, j) == wanted) total += violation(i, j);
    }
    double running = 0;
    std::int32_t last = -1;
    for (std::int64_t j = 0; j < violation.n; ++j) {
      if (j == i || violation.positive(i, j) != wanted) continue;
      const Real v = violation(i, j);
      if (v == 0) continue;
      running += v;
      last = static_cast<std::int32_t>(j);
      if (running > u * total) break;
    }
    return last;
  }
};

struct CosineSums {
  Real pairs[2], cosine[2], violating[2];  // [0] negative, [1] positive
  DG_FN friend CosineSums operator+(const CosineSums& p, const CosineSums& q) {
    CosineSums sum{};
    for (int kind = 0; kind < 2; ++kind) {
      sum.pairs[kind] = p.pairs[kind] + q.pairs[kind];
      sum.cosine[kind] = p.cosine[kind] + q.cosine[kind];
      sum.violating[kind] = p.violating[kind] + q.violating[kind];
    }
    return sum;
  }
};

struct RowSums {
  CosineSums* out;
  Violation violation;
  using Acc = CosineSums;
  using Fold = Sum<Acc>;
  DG_FN Acc map(std::int64_t i, std::int64_t j) const {
    Acc one{};
    if (j <= i) return one;
    const int kind = violation.positive(i, j) ? 1 : 0;
    one.pairs[kind] = 1;
    one.cosine[kind] = violation.s[i * violation.n + j];
    one.violating[kind] = violation(i, j) > 0 ? 1 : 0;
    return one;
  }
  DG_FN void finish(std::int64_t i, const Acc& sum) const { out[i] = sum; }
};

struct TotalSums {
  Real* out;  // [6]
  const CosineSums* rows;
  using Acc = CosineSums;
  using Fold = Sum<Acc>;
  DG_FN Acc map(std::int64_t, std::int64_t i) const { return rows[i]; }
  DG_FN void finish(std::int64_t, const Acc& sum) const {
    for (int kind = 0; kind < 2; ++kind) {
      out[3 * kind] = sum.pairs[kind];
      out[3 * kind + 1] = sum.cosine[kind];
      out[3 * kind + 2] = sum.violating[kind];
    }
  }
};

Violation violation_of(const Tensor& similarity, const Array<std::int32_t>& labels, const Tensor& beta,
                       Real margin) {
  const std::int64_t n = labels.size();
  require((similarity.shape() == Shape{n, n}), "margin", "similarity must be [{}, {}] for {} labels, got {}",
          n, n, n, similarity.shape().str());
  require(beta.size() == 1, "margin", "beta must be one number, got {}", beta.shape().str());
  require(labels.device() == similarity.device() && beta.device() == similarity.device(), "margin",
          "similarity, labels and beta must be on one device");
  return {similarity.data(), labels.data(), beta.data(), n, margin};
}

}  // namespace

DrawnPairs select_pairs(const Tensor& similarity, const Array<std::int32_t>& labels, const Tensor& beta,
                        Real margin, Rng& rng) {
  const Violation violation = violation_of(similarity, labels, beta, margin);
  const Device device = similarity.device();
  const DrawnPairs drawn{Array<std::int32_t>(labels.size(), device),
                         Array<std::int32_t>(labels.size(), device)};
  Rng::State state = rng.state();
  for_each(device, labels.size(), SelectPair{drawn.positive.data(), drawn.negative.data(), violation, state});
  state.position += 2 * static_cast<std::uint64_t>(labels.size());
  rng = Rng(state);
  return drawn;
}

Tensor pair_sums(const Tensor& similarity, const Array<std::int32_t>& labels, const Tensor& beta,
                 Real margin) {
  const Violation violation = violation_of(similarity, labels, beta, margin);
  const Device device = similarity.device();
  const Array<CosineSums> rows(labels.size(), device);
  const Tensor out({6}, device);
  reduce_rows(device, labels.size(), labels.size(), RowSums{rows.data(), violation});
  reduce_rows(device, 1, labels.size(), TotalSums{out.data(), rows.data()});
  return out;
}

PairStatistics read_pair_statistics(const Tensor& sums) {
  return read_pair_statistics(std::span<const Real>(sums.to_vector()));
}

PairStatistics read_pair_statistics(std::span<const Real> s) {
  require(s.size() == 6, "margin", "pair sums must be [6], got [{}]", s.size());
  const auto kind = [&](std::size_t first) {
    const double pairs = s[first], divisor = pairs > 0 ? pairs : 1;
    return PairStatistics::Kind{static_cast<std::int64_t>(pairs), s[first + 1] / divisor,
                                s[first + 2] / divisor};
  };
  return {.positive = kind(3), .negative = kind(0)};
}

}  // namespace DG_WIDTH
}  // namespace dg
