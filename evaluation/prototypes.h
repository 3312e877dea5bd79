// One vector per class and the search for the nearest one (paper, section 4.2.5; docs/deviations.md).
// Prototype of class c: p_c = m / ||m||, m = mean over the photos i of c of e_i / ||e_i||, all in double.
// Search: argmax_c <e, p_c> over all classes for every row e; the product is the cosine, both being unit
// rows.
#pragma once
#include <span>
#include <vector>

#include "evaluation/embeddings.h"
#include "sampling/ids.h"

namespace dg {

/// Prototypes [classes, dim] of `embeddings` [rows, dim] (normalised here) with `labels` [rows] in
/// 0..classes-1. Errors: a class without a photo, a label out of range, a zero or non-finite row or mean.
Embeddings class_prototypes(const EmbeddingView& embeddings, std::span<const ClassId> labels,
                            ClassId classes);

/// The nearest prototype of one embedding and the cosine to it. Rounding may leave it 1e-6 outside [-1, 1].
struct Match {
  ClassId prototype = 0;
  float cosine = 0;
};

/// For each of the `embeddings` [rows, dim] the prototype [classes, dim] with the highest cosine; equal
/// cosines go to the lower index. All rows must be unit vectors (to 1e-3) and there must be a prototype:
/// Error otherwise. No embeddings: an empty result. Runs on all OpenMP threads; the result does not depend on
/// their number.
std::vector<Match> nearest_prototypes(const EmbeddingView& embeddings, const EmbeddingView& prototypes);

}  // namespace dg
