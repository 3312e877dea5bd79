// Labels and rows of numbers for the tests of the losses.
#pragma once
#include <cmath>
#include <vector>

#include "autograd/gradcheck.h"

namespace dg {

using Labels = std::vector<std::int32_t>;
using Matrix = std::vector<std::vector<double>>;

inline Array<std::int32_t> labels_of(const Labels& labels) { return Array<std::int32_t>::from(labels); }

inline Matrix matrix_of(const Tensor& t) {
  const std::vector<Real> values = t.to_vector();
  Matrix m(static_cast<std::size_t>(t.shape().rows()));
  std::size_t next = 0;
  for (std::vector<double>& row : m) {
    for (std::int64_t j = 0; j < t.shape().columns(); ++j) row.push_back(values[next++]);
  }
  return m;
}

inline double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

inline double euclidean(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(sum);
}

/// Random rows of length 1.
inline Tensor unit_rows(std::int64_t n, std::int64_t d, Rng& rng) {
  std::vector<Real> out;
  for (const std::vector<double>& row : matrix_of(random_normal({n, d}, rng))) {
    const double length = std::sqrt(inner_product(row, row));
    for (const double v : row) out.push_back(static_cast<Real>(v / length));
  }
  return Tensor::from({n, d}, out);
}

inline bool all_zero(const Tensor& t) {
  for (const Real v : t.to_vector()) {
    if (!(v == 0)) return false;
  }
  return true;
}

}  // namespace dg
