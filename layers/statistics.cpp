#include "layers/statistics.h"

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct Sums {
  double sum = 0, squares = 0;
  DG_FN friend Sums operator+(Sums p, Sums q) { return {p.sum + q.sum, p.squares + q.squares}; }
};

// Sums of x and x^2, of all elements (as one row) or per column. E[x^2] - E[x]^2 loses about n eps E[x^2] by
// cancellation; in double that is far below the digits anybody reads.
struct SumOfPowers {
  Sums* out;
  const Real* x;
  std::int64_t cols;
  using Fold = Sum<Sums>;
  DG_FN Sums map(std::int64_t row, std::int64_t col) const {
    const double v = x[row * cols + col];
    return {v, v * v};
  }
  DG_FN void finish(std::int64_t i, Sums sums) const { out[i] = sums; }
};

Moments from_sums(const Sums& s, std::int64_t n) {
  const double mean = s.sum / static_cast<double>(n);
  return {mean, std::max(0.0, s.squares / static_cast<double>(n) - mean * mean)};
}

}  // namespace

Moments moments(const Tensor& t) {
  require(t.size() > 0, "moments", "needs at least one element, got {}", t.shape().str());
  const Array<Sums> out(1, t.device());
  reduce_rows(t.device(), 1, t.size(), SumOfPowers{out.data(), t.data(), t.size()});
  return from_sums(out.to_vector()[0], t.size());
}

ColumnMoments column_moments(const Tensor& t) {
  const std::int64_t rows = t.shape().rows(), cols = t.shape().columns();
  require(rows > 0, "column_moments", "needs at least one row, got {}", t.shape().str());
  const Array<Sums> out(cols, t.device());
  reduce_columns(t.device(), rows, cols, SumOfPowers{out.data(), t.data(), cols});
  ColumnMoments result;
  for (const Sums& s : out.to_vector()) {
    const Moments m = from_sums(s, rows);
    result.mean.push_back(m.mean);
    result.variance.push_back(m.variance);
  }
  return result;
}

}  // namespace DG_WIDTH
}  // namespace dg
