// How hard class mining chooses (Sohn 2016, "Improved deep metric learning with multi-class N-pair loss
// objective", section 3.2.3; discussed in section 2 of the paper): a few photos of each candidate class have
// been embedded; the candidate that violates the triplet constraint most with respect to the classes taken so
// far is taken next.
//
//   p(c)    = lowest product of two photos of class c (its hardest positive pair; 1 where it has one photo)
//   s(c, j) = highest product of a photo of c with one of j (the hardest negative pair)
//   violation of c, given the classes S taken = max over j in S of s(c, j) - min(p(c), p(j))
//
// that is the worst of all triplets (anchor, positive, negative) between c and S, with the anchor in either
// of the two classes (a margin would add the same constant to all). Ties are broken at random.
#pragma once
#include <vector>

#include "sampling/embeddings.h"
#include "tensor/rng.h"

namespace dg {

/// Indices of `count` of the n candidates, in the order taken: the first `seeds` of them are candidates
/// 0..seeds-1, each further one is the greedy choice. `probes` [n * photos, d] holds `photos` rows for each
/// candidate. A violation that is not a number is never the greatest. O(count n photos^2 d). Error unless
/// 1 <= seeds <= count <= n and photos >= 1.
std::vector<std::size_t> choose_hard_classes(const Embeddings& probes, std::size_t photos, std::size_t seeds,
                                             std::size_t count, Rng& rng);

}  // namespace dg
