// Forward: sums and counts of both kinds of pairs, for each photo and then for the batch. Every pair is
// counted from both its photos, which changes neither mean. Backward, g the upstream gradient:
//
//   dS_ij = -g / positive pairs                 positive pair
//   dS_ij = (S_ij - m)_+ g / negative pairs     negative pair;     dS_ii = 0.
#include "losses/contrastive.h"

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct AllPairs {
  const Real* s;
  const std::int32_t* labels;
  std::int64_t n;
  Real margin;
  DG_FN bool positive(std::int64_t i, std::int64_t j) const { return labels[i] == labels[j]; }
  DG_FN Real hinge(std::int64_t i, std::int64_t j) const {
    const Real excess = s[i * n + j] - margin;
    return excess <= 0 ? 0 : excess;  // NaN stays
  }
};

struct KindSums {
  Real positive, positive_pairs, negative, negative_pairs;
  DG_FN friend KindSums operator+(KindSums p, KindSums q) {
    return {p.positive + q.positive, p.positive_pairs + q.positive_pairs, p.negative + q.negative,
            p.negative_pairs + q.negative_pairs};
  }
};

struct SumsOfPhoto {
  KindSums* out;  // [n]
  AllPairs pairs;
  using Fold = Sum<KindSums>;
  DG_FN KindSums map(std::int64_t i, std::int64_t j) const {
    const Real s = pairs.s[i * pairs.n + j], h = pairs.hinge(i, j);
    if (i == j) return {0, 0, 0, 0};
    return pairs.positive(i, j) ? KindSums{1 - s, 1, 0, 0} : KindSums{0, 0, h * h / 2, 1};
  }
  DG_FN void finish(std::int64_t i, KindSums sums) const { out[i] = sums; }
};

struct MeanOfKinds {
  Real *loss, *inverse_pairs;  // inverse_pairs [2]: positive, negative; 0 where there is none
  const KindSums* photos;
  using Fold = Sum<KindSums>;
  DG_FN KindSums map(std::int64_t, std::int64_t i) const { return photos[i]; }
  DG_FN void finish(std::int64_t, KindSums all) const {
    inverse_pairs[0] = all.positive_pairs > 0 ? 1 / all.positive_pairs : 0;
    inverse_pairs[1] = all.negative_pairs > 0 ? 1 / all.negative_pairs : 0;
    loss[0] = all.positive * inverse_pairs[0] + all.negative * inverse_pairs[1];
  }
};

struct ContrastiveBackward {
  Real* ds;
  const Real *g, *inverse_pairs;
  AllPairs pairs;
  DG_FN void operator()(std::int64_t i, std::int64_t j) const {
    const Real pull = -inverse_pairs[0], push = pairs.hinge(i, j) * inverse_pairs[1];
    ds[i * pairs.n + j] = i == j ? 0 : g[0] * (pairs.positive(i, j) ? pull : push);
  }
};

}  // namespace

Var contrastive_loss(const Var& similarity, const Array<std::int32_t>& labels, Real margin) {
  const std::int64_t n = labels.size();
  const Device device = similarity.device();
  require((similarity.shape() == Shape{n, n}), "contrastive",
          "similarity must be [{}, {}] for {} labels, got {}", n, n, n, similarity.shape().str());
  require(labels.device() == device, "contrastive", "labels must be on {}", name(device));
  const Tensor s = similarity.value(), loss({}, device), inverse_pairs({2}, device);
  const AllPairs pairs{s.data(), labels.data(), n, margin};
  const Array<KindSums> photos(n, device);
  reduce_rows(device, n, n, SumsOfPhoto{photos.data(), pairs});
  reduce_rows(device, 1, n, MeanOfKinds{loss.data(), inverse_pairs.data(), photos.data()});
  // The captured handles keep alive what `pairs` points to.
  return Var::result(loss, {similarity.node()},
                     [s, labels, pairs, inverse_pairs, device](Tensor g, const Needed&) {
                       const Tensor ds(s.shape(), device);
                       for_each(device, pairs.n, pairs.n,
                                ContrastiveBackward{ds.data(), g.data(), inverse_pairs.data(), pairs});
                       return Gradients{ds};
                     });
}

ContrastiveLoss::ContrastiveLoss(double margin) : margin_(static_cast<Real>(margin)) {
  require(margin >= -1 && margin <= 1, "contrastive", "margin must be in [-1, 1], got {}", margin);
}

LossValue ContrastiveLoss::evaluate(const LossBatch& batch) const {
  return {.loss = contrastive_loss(batch.cosines, batch.labels, margin_)};
}

}  // namespace DG_WIDTH
}  // namespace dg
