// Backward, for each drawn pair with l > 0: dS_ij = -y g / pairs, dbeta = y g / pairs.
#include "losses/margin.h"

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

// l of the pairs that photo i drew, as (sign) (S_ij - beta) + alpha; negative or 0 where it does not count.
struct Hinges {
  const Real *s, *beta;
  const std::int32_t *positive, *negative;
  std::int64_t n;
  Real margin;
  DG_FN Real of_positive(std::int64_t i) const {
    return positive[i] < 0 ? 0 : margin - (s[i * n + positive[i]] - beta[0]);
  }
  DG_FN Real of_negative(std::int64_t i) const {
    return negative[i] < 0 ? 0 : margin + (s[i * n + negative[i]] - beta[0]);
  }
};

struct PairTotals {
  Real loss, pairs, slope;  // slope: d loss / d beta
  DG_FN friend PairTotals operator+(PairTotals p, PairTotals q) {
    return {p.loss + q.loss, p.pairs + q.pairs, p.slope + q.slope};
  }
};

struct MeanHinge {
  Real *loss, *inverse_pairs, *slope;  // inverse_pairs: 0 when there is none
  Hinges hinges;
  using Acc = PairTotals;
  using Fold = Sum<Acc>;
  DG_FN Acc map(std::int64_t, std::int64_t i) const {
    const Real pull = hinges.of_positive(i), push = hinges.of_negative(i);
    return {(pull <= 0 ? 0 : pull) + (push <= 0 ? 0 : push),  // NaN stays
            Real(hinges.positive[i] >= 0) + Real(hinges.negative[i] >= 0), Real(pull > 0) - Real(push > 0)};
  }
  DG_FN void finish(std::int64_t, Acc a) const {
    inverse_pairs[0] = a.pairs > 0 ? 1 / a.pairs : 0;
    loss[0] = a.loss * inverse_pairs[0];
    slope[0] = a.slope * inverse_pairs[0];
  }
};

struct SimilarityBackward {
  Real* ds;
  const Real *g, *inverse_pairs;
  Hinges hinges;
  DG_FN void operator()(std::int64_t i, std::int64_t j) const {
    const bool pulled = j == hinges.positive[i] && hinges.of_positive(i) > 0;
    const bool pushed = j == hinges.negative[i] && hinges.of_negative(i) > 0;
    ds[i * hinges.n + j] = (Real(pushed) - Real(pulled)) * g[0] * inverse_pairs[0];
  }
};

struct BetaBackward {
  Real* db;
  const Real *g, *slope;
  DG_FN void operator()(std::int64_t) const { db[0] = g[0] * slope[0]; }
};

}  // namespace

Var margin_loss(const Var& similarity, const Var& beta, const DrawnPairs& pairs, Real margin) {
  const std::int64_t n = pairs.positive.size();
  require((similarity.shape() == Shape{n, n}) && pairs.negative.size() == n, "margin",
          "similarity must be [{}, {}] for {} and {} drawn partners, got {}", n, n, n, pairs.negative.size(),
          similarity.shape().str());
  require(beta.value().size() == 1, "margin", "beta must be one number, got {}", beta.shape().str());
  const Device device = similarity.device();
  const Tensor s = similarity.value(), b = beta.value(), loss({}, device), inverse_pairs({}, device),
               slope({}, device);
  const Hinges hinges{s.data(), b.data(), pairs.positive.data(), pairs.negative.data(), n, margin};
  reduce_rows(device, 1, n, MeanHinge{loss.data(), inverse_pairs.data(), slope.data(), hinges});
  // The captured handles keep alive what `hinges` points to.
  return Var::result(loss, {similarity.node(), beta.node()},
                     [s, b, pairs, hinges, inverse_pairs, slope, device](Tensor g, const Needed& needed) {
                       const Tensor ds = needed[0] ? Tensor(s.shape(), device) : Tensor();
                       if (needed[0]) {
                         for_each(device, hinges.n, hinges.n,
                                  SimilarityBackward{ds.data(), g.data(), inverse_pairs.data(), hinges});
                       }
                       const Tensor db = needed[1] ? Tensor(b.shape(), device) : Tensor();
                       if (needed[1]) for_each(device, 1, BetaBackward{db.data(), g.data(), slope.data()});
                       return Gradients{ds, db};
                     });
}

MarginLoss::MarginLoss(const MarginOptions& options) : options_(options) {
  require(options.margin >= 0, "margin", "margin must be >= 0, got {}", options.margin);
  require(options.boundary_rate >= 0, "margin", "boundary_rate must be >= 0, got {}", options.boundary_rate);
  beta_ = {.name = "margin.beta",
           .shape = {1},
           .rate_multiplier = options.boundary_rate,
           .trainable = options.train_boundary};
}

void MarginLoss::initialise(Device device) {
  beta_.set(Tensor::full(beta_.shape, static_cast<Real>(options_.boundary), device));
}

DrawnPairs MarginLoss::draw(const Tensor& similarity, const Array<std::int32_t>& labels, Rng& rng) const {
  require(beta_.value.defined(), "margin", "initialise must come first");
  return select_pairs(similarity, labels, beta_.value.value(), static_cast<Real>(options_.margin), rng);
}

Var MarginLoss::operator()(const Var& similarity, const DrawnPairs& pairs) const {
  require(beta_.value.defined(), "margin", "initialise must come first");
  return margin_loss(similarity, beta_.value, pairs, static_cast<Real>(options_.margin));
}

LossValue MarginLoss::evaluate(const LossBatch& batch) const {
  if (batch.pairs != nullptr) return {.loss = (*this)(batch.cosines, *batch.pairs)};
  return {.loss = (*this)(batch.cosines, draw(batch.cosines.value(), batch.labels, batch.draws))};
}

Tensor MarginLoss::pair_statistics(const Tensor& similarity, const Array<std::int32_t>& labels) const {
  require(beta_.value.defined(), "margin", "initialise must come first");
  return pair_sums(similarity, labels, beta_.value.value(), static_cast<Real>(options_.margin));
}

}  // namespace DG_WIDTH
}  // namespace dg
