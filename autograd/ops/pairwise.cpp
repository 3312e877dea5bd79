// All pairs of the rows of e [n, d] -> [n, n]:
//
//   pairwise_similarity   S_ij = <e_i, e_j>     the cosine when the rows have length 1 (eqs. 2-4)
//   pairwise_distance     D_ij = |e_i - e_j|    Euclidean (lifted structured loss, section 4.2.4)
//
// Backward. S:  de = (G + G^T) e.
//   D:  dD_ij/de_i = (e_i - e_j) / D_ij = -dD_ij/de_j, hence
//       de_i = sum_j c_ij (e_i - e_j),  c_ij = (G_ij + G_ji) / D_ij, and 0 where D_ij = 0: two equal rows
//       (a repeated photo, i = j) have no direction to move apart and pass no gradient.
// Numerical care: D and its gradient are sums over differences, never |a|^2 + |b|^2 - 2<a, b>, so rows that
// nearly agree keep full relative accuracy; D is exactly symmetric and its diagonal exactly 0. Its n^2 d
// operations (n is the batch size) cost next to nothing compared with a network's.
#include <cmath>

#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

// Row `pair` stands for (i, j) = (pair / n, pair % n).
struct PairDistance {
  Real* distance;
  const Real* e;
  std::int64_t n, d;
  using Fold = Sum<Real>;
  DG_FN Real map(std::int64_t pair, std::int64_t k) const {
    const Real difference = e[pair / n * d + k] - e[pair % n * d + k];
    return difference * difference;
  }
  DG_FN void finish(std::int64_t pair, Real sum) const { distance[pair] = std::sqrt(sum); }
};

struct PairCoefficient {
  Real* c;
  const Real *g, *distance;
  std::int64_t n;
  DG_FN void operator()(std::int64_t i, std::int64_t j) const {
    const Real length = distance[i * n + j];
    c[i * n + j] = length > 0 ? (g[i * n + j] + g[j * n + i]) / length : 0;
  }
};

struct Transpose {
  Real* out;  // [d, n]
  const Real* e;
  std::int64_t n, d;
  DG_FN void operator()(std::int64_t k, std::int64_t i) const { out[k * n + i] = e[i * d + k]; }
};

// Row `at` stands for coordinate k of photo i, at = i d + k; the sum over j reads neighbouring numbers.
struct DistanceBackward {
  Real* de;
  const Real *c, *transposed;
  std::int64_t n, d;
  using Fold = Sum<Real>;
  DG_FN Real map(std::int64_t at, std::int64_t j) const {
    const Real* coordinate = transposed + at % d * n;
    return c[at / d * n + j] * (coordinate[at / d] - coordinate[j]);
  }
  DG_FN void finish(std::int64_t at, Real sum) const { de[at] = sum; }
};

void require_matrix(const Var& e, const char* where) {
  require(e.shape().rank() == 2, where, "e must be [n, d], got {}", e.shape().str());
}

}  // namespace

Var pairwise_similarity(const Var& e) {
  require_matrix(e, "pairwise_similarity");
  const std::int64_t n = e.shape()[0], d = e.shape()[1];
  const Tensor s({n, n}, e.device()), rows = e.value();
  backend(e.device())
      .gemm({.transpose_b = true,
             .m = n,
             .n = n,
             .k = d,
             .a = rows.data(),
             .lda = d,
             .b = rows.data(),
             .ldb = d,
             .c = s.data(),
             .ldc = n});
  return Var::result(s, {e.node()}, [rows, n, d](Tensor g, const Needed&) {
    const Tensor de({n, d}, rows.device());
    Gemm product{.m = n,
                 .n = d,
                 .k = n,
                 .a = g.data(),
                 .lda = n,
                 .b = rows.data(),
                 .ldb = d,
                 .c = de.data(),
                 .ldc = d};
    backend(rows.device()).gemm(product);
    product.transpose_a = true;
    product.beta = 1;
    backend(rows.device()).gemm(product);
    return Gradients{de};
  });
}

Var pairwise_distance(const Var& e) {
  require_matrix(e, "pairwise_distance");
  const std::int64_t n = e.shape()[0], d = e.shape()[1];
  const Tensor distance({n, n}, e.device()), rows = e.value();
  reduce_rows(e.device(), n * n, d, PairDistance{distance.data(), rows.data(), n, d});
  return Var::result(distance, {e.node()}, [rows, distance, n, d](Tensor g, const Needed&) {
    const Tensor c({n, n}, rows.device()), de({n, d}, rows.device()), transposed({d, n}, rows.device());
    for_each(rows.device(), n, n, PairCoefficient{c.data(), g.data(), distance.data(), n});
    for_each(rows.device(), d, n, Transpose{transposed.data(), rows.data(), n, d});
    reduce_rows(rows.device(), n * d, n, DistanceBackward{de.data(), c.data(), transposed.data(), n, d});
    return Gradients{de};
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
