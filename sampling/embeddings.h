// How samplers that compare faces see the network: a function from photos to embeddings. Whoever owns the
// network gives it to them, so that this folder needs nothing of it.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "sampling/check.h"
#include "sampling/ids.h"

namespace dg {

/// Embeddings of length 1 as rows of `values`, [rows, dim].
struct Embeddings {
  std::vector<float> values;
  std::size_t dim = 0;

  std::size_t rows() const { return dim == 0 ? 0 : values.size() / dim; }
};

/// The embeddings of rows of the data set, in the order given, by the network as it is now. What it throws
/// comes out of the sampler's next(), which can then be called again.
using EmbedPhotos = std::function<Embeddings(std::span<const PhotoId>)>;

/// Error, in the name of `where`, unless these are `rows` embeddings.
inline void demand_rows(const Embeddings& embeddings, std::size_t rows, const char* where) {
  demand(embeddings.dim >= 1 && embeddings.values.size() == rows * embeddings.dim, where,
         "the embeddings must be ", rows, " rows of one size, got ", embeddings.values.size(),
         " numbers in rows of ", embeddings.dim);
}

}  // namespace dg
