#pragma once
#include "evaluation/prototypes.h"
#include "tensor/rng.h"

namespace dg {

/// Random unit vectors [rows, dim].
inline std::vector<float> unit_rows(std::size_t rows, std::size_t dim, Rng& rng) {
  std::vector<float> values(rows * dim);
  for (float& v : values) v = static_cast<float>(rng.normal());
  return mirror_average({values, dim}, {values, dim});  // of a photo that is its own mirror image
}

}  // namespace dg
