// Which pairs of a batch the margin loss sees (section 4.2.4, eqs. 3-5): per photo at most one positive and
// one negative partner, drawn with probability proportional to how far the pair violates the margin,
//
//   v_pos = (beta + alpha - S_ij)_+,   v_neg = (S_ij - (beta - alpha))_+,   p_t = v_t / sum_k v_k,
//
// S the cosine similarity, alpha the margin, beta the boundary; none where nothing violates.
#pragma once
#include <span>

#include "tensor/rng.h"
#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

/// [n] each: the partner of photo i, -1 for none.
struct DrawnPairs {
  Array<std::int32_t> positive, negative;
};

/// similarity [n, n], labels [n], beta one number, all on one device. The draw of photo i is a function of
/// the generator's state and i alone, so every device draws the same and none waits for the host. Moves the
/// generator on by 2 n positions.
DrawnPairs select_pairs(const Tensor& similarity, const Array<std::int32_t>& labels, const Tensor& beta,
                        Real margin, Rng& rng);

/// Of all pairs i < j of a batch: how many, their mean cosine, and the share with a violation > 0. Means and
/// shares of no pairs are 0.
struct PairStatistics {
  struct Kind {
    std::int64_t pairs = 0;
    double mean_cosine = 0;
    double violating = 0;
  };
  Kind positive, negative;
};

/// The statistics as sums on the device, [6]; `read_pair_statistics` copies them to the host and divides.
Tensor pair_sums(const Tensor& similarity, const Array<std::int32_t>& labels, const Tensor& beta,
                 Real margin);
PairStatistics read_pair_statistics(const Tensor& sums);
/// The same from a copy on the host.
PairStatistics read_pair_statistics(std::span<const Real> sums);

}  // namespace DG_WIDTH
}  // namespace dg
