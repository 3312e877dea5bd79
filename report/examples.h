// Which identities and photos a report shows: numbers only, so that each choice can be checked by brute
// force.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "evaluation/one_shot.h"
#include "evaluation/prototypes.h"

namespace dg::reporting {

/// An identity and its doppelganger.
struct LookAlikes {
  ClassId identity = 0, doppelganger = 0;
  bool mutual = false;  // each is the other's
  float cosine = 0;     // of their prototypes
};

/// The pairs of a list, `doppelganger` by identity (no_class where there is none): first those that are
/// mutual, each once with the lower number first, then the others; within both the highest cosines first,
/// then the lower identities. At most `most`. Error where the list is not of as many identities as there are
/// prototypes.
std::vector<LookAlikes> closest_look_alikes(std::span<const ClassId> doppelganger,
                                            const EmbeddingView& prototypes, std::size_t most);

/// How many identities of the list are their doppelganger's doppelganger.
std::size_t count_mutual(std::span<const ClassId> doppelganger);

/// The wrong answers of highest confidence, most confident first, at most `most`: positions in `photos`.
/// Equally confident ones are in their order.
std::vector<std::size_t> worst_mistakes(std::span<const Recognition> photos, std::size_t most);

/// The row of `photos` that shows `identity` and has the highest inner product with `target`; the first of
/// equal ones. Error where nobody shows it.
std::size_t closest_photo(const EmbeddedPhotos& photos, ClassId identity, std::span<const float> target);

}  // namespace dg::reporting
