#include "evaluation/prototypes.h"

#include <cmath>

#include "tensor/check.h"

namespace dg {

Embeddings class_prototypes(const EmbeddingView& embeddings, std::span<const ClassId> labels,
                            ClassId classes) {
  constexpr auto where = "class_prototypes";
  check_embeddings(where, embeddings);
  require(classes > 0, where, "classes must be at least 1, got {}", classes);
  require(labels.size() == embeddings.rows(), where, "labels must be one per embedding, got {} for {}",
          labels.size(), embeddings.rows());
  const std::size_t dim = embeddings.dim;
  std::vector<double> sum(static_cast<std::size_t>(classes) * dim);
  std::vector<std::size_t> photos(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < embeddings.rows(); ++i) {
    const ClassId label = labels[i];
    require(label >= 0 && label < classes, where, "label of row {} must be in 0..{}, got {}", i, classes - 1,
            label);
    const auto e = embeddings.row(i);
    double square = 0;
    for (float v : e) square += double{v} * double{v};
    require(std::isfinite(square) && square > 0, where, "row {} must be finite and not zero", i);
    const double scale = 1 / std::sqrt(square);
    double* s = &sum[static_cast<std::size_t>(label) * dim];
    for (std::size_t d = 0; d < dim; ++d) s[d] += double{e[d]} * scale;
    ++photos[static_cast<std::size_t>(label)];
  }
  Embeddings out{.values = std::vector<float>(sum.size()), .dim = dim};
  for (std::size_t c = 0; c < photos.size(); ++c) {
    require(photos[c] > 0, where, "class {} has no photo", c);
    const double* s = &sum[c * dim];  // the mean has the direction of the sum, and only that is kept
    double square = 0;
    for (std::size_t d = 0; d < dim; ++d) square += s[d] * s[d];
    // Embeddings that cancel leave their own rounding, about 1e-7, which would pass for a direction.
    const double shortest = 1e-6 * static_cast<double>(photos[c]);
    require(square > shortest * shortest, where, "the {} photos of class {} cancel: their mean is zero",
            photos[c], c);
    const double scale = 1 / std::sqrt(square);
    for (std::size_t d = 0; d < dim; ++d) out.values[c * dim + d] = static_cast<float>(s[d] * scale);
  }
  return out;
}

}  // namespace dg
