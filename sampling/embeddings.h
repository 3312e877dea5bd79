// Embeddings of photos as a matrix, and how samplers that compare faces see the network: as a function from
// photos to embeddings. Whoever owns the network gives it to them, so that this folder needs nothing of it.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "sampling/check.h"
#include "sampling/ids.h"

namespace dg {

/// A view of embeddings, [rows, dim], one row after the other in `values`.
struct EmbeddingView {
  std::span<const float> values;
  std::size_t dim = 0;

  std::size_t rows() const { return dim == 0 ? 0 : values.size() / dim; }
  std::span<const float> row(std::size_t i) const { return values.subspan(i * dim, dim); }
};

/// Embeddings that own their numbers: of photos, of prototypes, of whatever has a vector.
struct Embeddings {
  std::vector<float> values;
  std::size_t dim = 0;

  EmbeddingView view() const { return {values, dim}; }
  operator EmbeddingView() const { return view(); }
  std::size_t rows() const { return view().rows(); }
  std::span<const float> row(std::size_t i) const { return view().row(i); }
};

/// Embeddings of photos, and which photo each row is and whom it shows.
struct EmbeddedPhotos : Embeddings {
  std::vector<PhotoId> photos;
  std::vector<ClassId> classes;
};

/// The unit embeddings of photos, in the order given, by the network as it is now. What it throws comes out
/// of the sampler's next(), which can then be called again.
using EmbedPhotos = std::function<Embeddings(std::span<const PhotoId>)>;

/// Error, in the name of `where`, unless these are `rows` embeddings.
inline void demand_rows(const EmbeddingView& embeddings, std::size_t rows, const char* where) {
  demand(embeddings.dim >= 1 && embeddings.values.size() == rows * embeddings.dim, where,
         "the embeddings must be ", rows, " rows of one size, got ", embeddings.values.size(),
         " numbers in rows of ", embeddings.dim);
}

}  // namespace dg
