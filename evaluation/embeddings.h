// Embeddings as evaluation sees them: rows of float in one block, [rows, dim], and the mirror trick.
// Normalised: y = x / ||x||, norm and quotient in double. Mirror trick (paper, section 4.2.3;
// docs/deviations.md): y = m / ||m|| with m = (f(photo) + f(mirrored photo)) / 2, f the network's output
// before normalisation.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace dg {

/// A view of embeddings, [rows, dim], one after another in `values`.
struct EmbeddingView {
  std::span<const float> values;
  std::size_t dim = 0;

  std::size_t rows() const { return dim == 0 ? 0 : values.size() / dim; }
  std::span<const float> row(std::size_t i) const { return values.subspan(i * dim, dim); }
};

/// Throws Error, in the name of `where`, unless dim >= 1 and `values` holds whole rows.
void check_embeddings(const char* where, const EmbeddingView& embeddings);

/// The rows divided by their lengths, [rows, dim]. A row that is zero or not finite is an Error.
std::vector<float> normalize_rows(const EmbeddingView& embeddings);

/// The unit embeddings [rows, dim] from the outputs before normalisation of the photos and of their mirror
/// images, both [rows, dim]. A row whose mean is zero or not finite is an Error.
std::vector<float> mirror_average(const EmbeddingView& photos, const EmbeddingView& mirrored);

/// <a, b>, summed in double from the first element to the last and rounded once: the cosine of unit vectors.
float dot(std::span<const float> a, std::span<const float> b);

}  // namespace dg
