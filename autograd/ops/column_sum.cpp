#include "autograd/ops/column_sum.h"

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct ColumnSum {
  Real* out;
  const Real* x;
  std::int64_t cols;
  using Fold = Sum<Real>;
  DG_FN Real map(std::int64_t row, std::int64_t c) const { return x[row * cols + c]; }
  DG_FN void finish(std::int64_t c, Real sum) const { out[c] = sum; }
};

}  // namespace

Tensor column_sum(const Tensor& x) {
  const std::int64_t cols = x.shape().columns();
  const Tensor out(Shape{cols}, x.device());
  reduce_columns(x.device(), x.shape().rows(), cols, ColumnSum{out.data(), x.data(), cols});
  return out;
}

}  // namespace DG_WIDTH
}  // namespace dg
