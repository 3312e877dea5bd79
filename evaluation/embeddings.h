// What evaluation does with embeddings (the matrix itself is in sampling/embeddings.h): checks, the mirror
// trick and inner products. Mirror trick (paper, section 4.2.3; docs/deviations.md): y = m / ||m|| with
// m = (f(photo) + f(mirrored photo)) / 2, f the network's output before normalisation; norm and quotient in
// double.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "sampling/embeddings.h"

namespace dg {

/// Throws Error, in the name of `where`, unless dim >= 1 and `values` holds whole rows.
void check_embeddings(const char* where, const EmbeddingView& embeddings);

/// The unit embeddings [rows, dim] from the outputs before normalisation of the photos and of their mirror
/// images, both [rows, dim]. A row whose mean is zero or not finite is an Error.
std::vector<float> mirror_average(const EmbeddingView& photos, const EmbeddingView& mirrored);

/// <a, b>, summed in double from the first element to the last and rounded once: the cosine of unit vectors.
float dot(std::span<const float> a, std::span<const float> b);

}  // namespace dg
