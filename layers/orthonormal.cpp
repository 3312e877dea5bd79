#include "layers/orthonormal.h"

#include <cmath>

namespace dg {
inline namespace DG_WIDTH {
namespace {

// Eight partial sums: a fixed order of summation that can be vectorised (eight doubles are 512 bits).
double dot(const double* a, const double* b, std::int64_t n) {
  double lane[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::int64_t l = 0; l < 8; ++l) lane[l] += a[i + l] * b[i + l];
  }
  for (std::int64_t l = 0; i < n; ++i, ++l) lane[l] += a[i] * b[i];
  return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

// Modified Gram-Schmidt on the rows of m [rows, cols], rows <= cols. The component along each finished row is
// subtracted from all later rows. These do not depend on each other, so threads share them while there are
// enough numbers left (2^16) to be worth it.
void orthonormalise_rows(std::vector<double>& m, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t i = 0; i < rows; ++i) {
    double* row = m.data() + i * cols;
    const double norm = std::sqrt(dot(row, row, cols));
    for (std::int64_t j = 0; j < cols; ++j) row[j] /= norm;
#pragma omp parallel for schedule(static) if (cols * (rows - i) > 65536)
    for (std::int64_t later = i + 1; later < rows; ++later) {
      double* other = m.data() + later * cols;
      const double along = dot(row, other, cols);
      for (std::int64_t j = 0; j < cols; ++j) other[j] -= along * row[j];
    }
  }
}

}  // namespace

Tensor orthonormal(const Shape& shape, Rng& rng, Device device) {
  require(shape.rank() >= 2 && shape.elements() > 0, "orthonormal", "weights must be [out, ...], got {}",
          shape.str());
  const std::int64_t out = shape[0], in = shape.elements() / out, rows = std::min(out, in),
                     cols = std::max(out, in);
  std::vector<double> m(static_cast<std::size_t>(rows * cols));
  for (double& v : m) v = rng.normal();
  orthonormalise_rows(m, rows, cols);
  std::vector<Real> w(m.size());
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t i = 0; i < in; ++i) {
      w[static_cast<std::size_t>(o * in + i)] =
          static_cast<Real>(m[static_cast<std::size_t>(out <= in ? o * cols + i : i * cols + o)]);
    }
  }
  return Tensor::from(shape, w, device);
}

}  // namespace DG_WIDTH
}  // namespace dg
