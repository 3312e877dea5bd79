// Pairs of rows with the highest cosines: of prototypes, pairs of identities that may be one person under two
// names. All C (C - 1) / 2 cosines are computed, a tile at a time, and the best pairs of them are kept, so
// memory is a copy of the rows and `most` pairs for each thread.
#pragma once
#include <cstddef>
#include <vector>

#include "evaluation/embeddings.h"
#include "sampling/ids.h"

namespace dg {

/// Two rows, the lower number first.
struct ClosePair {
  ClassId first = 0, second = 0;
  float cosine = 0;
};

/// The `most` pairs of `rows` [C, dim] with the highest inner products, highest first, or all pairs where
/// there are no more. Equal ones are ordered by their first, then by their second row. All rows must be unit
/// vectors (to 1e-3) and no more than a ClassId counts: Error otherwise. Runs on all OpenMP threads; the
/// result does not depend on their number.
std::vector<ClosePair> closest_pairs(const EmbeddingView& rows, std::size_t most);

}  // namespace dg
