// Photos with known embeddings, for samplers that ask for them.
#pragma once
#include <cmath>

#include "sampling/embeddings.h"
#include "sampling/identity_index.h"
#include "tensor/rng.h"

namespace dg {

/// `classes` classes of `photos` photos; photo p of class c is row c * photos + p.
inline IdentityIndex even_index(ClassId classes, PhotoId photos) {
  std::vector<std::vector<PhotoId>> lists(static_cast<std::size_t>(classes));
  PhotoId row = 0;
  for (auto& list : lists) {
    for (PhotoId p = 0; p < photos; ++p) list.push_back(row++);
  }
  return IdentityIndex(lists);
}

/// `rows` random directions of `dim` numbers, at length 1.
inline Embeddings random_embeddings(std::size_t rows, std::size_t dim, Rng& rng) {
  Embeddings e{.values = std::vector<float>(rows * dim), .dim = dim};
  for (std::size_t i = 0; i < rows; ++i) {
    double square = 0;
    for (std::size_t d = 0; d < dim; ++d) {
      const double x = rng.normal();
      e.values[i * dim + d] = static_cast<float>(x);
      square += x * x;
    }
    for (std::size_t d = 0; d < dim; ++d)
      e.values[i * dim + d] = static_cast<float>(e.values[i * dim + d] / std::sqrt(square));
  }
  return e;
}

/// Looks photos up in a table of all photos, and counts how many were asked for.
struct Lookup {
  const Embeddings& all;
  std::int64_t* asked;

  Embeddings operator()(std::span<const PhotoId> photos) const {
    *asked += static_cast<std::int64_t>(photos.size());
    Embeddings e{.values = {}, .dim = all.dim};
    for (const PhotoId photo : photos) {
      const auto begin = all.values.begin() + photo * static_cast<std::ptrdiff_t>(all.dim);
      e.values.insert(e.values.end(), begin, begin + static_cast<std::ptrdiff_t>(all.dim));
    }
    return e;
  }
};

/// <row a, row b>, in double.
inline double inner_product(const Embeddings& e, std::size_t a, std::size_t b) {
  double sum = 0;
  for (std::size_t d = 0; d < e.dim; ++d) sum += double{e.values[a * e.dim + d]} * e.values[b * e.dim + d];
  return sum;
}

}  // namespace dg
