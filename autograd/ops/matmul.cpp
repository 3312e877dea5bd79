// Matrix product:
//
//   y = op(a) op(b),  y [m, n], op(a) [m, k], op(b) [k, n]; op = transpose where asked.
//
// Backward, with A = op(a), B = op(b): dA = g B^T, dB = A^T g; a transposed operand gets the transpose of
// that:
//   da = g op(b)^T, or op(b) g^T when a is transposed;  db = op(a)^T g, or g^T op(a) when b is transposed.
#include "autograd/ops.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

// op(a) op(b) into a new tensor; its time is charged to `part`.
Tensor product(const Tensor& a, bool ta, const Tensor& b, bool tb, Part part) {
  const std::int64_t m = a.shape()[ta ? 1 : 0], k = a.shape()[ta ? 0 : 1], n = b.shape()[tb ? 0 : 1];
  const Tensor y(Shape{m, n}, a.device());
  backend(a.device())
      .gemm({.transpose_a = ta,
             .transpose_b = tb,
             .m = m,
             .n = n,
             .k = k,
             .alpha = 1,
             .a = a.data(),
             .lda = a.shape()[1],
             .b = b.data(),
             .ldb = b.shape()[1],
             .beta = 0,
             .c = y.data(),
             .ldc = n});
  profile_mark(part);
  return y;
}

}  // namespace

Var matmul(const Var& a, const Var& b, bool transpose_a, bool transpose_b) {
  require(a.shape().rank() == 2 && b.shape().rank() == 2, "matmul",
          "both operands must be matrices, got {} and {}", a.shape().str(), b.shape().str());
  require(a.shape()[transpose_a ? 0 : 1] == b.shape()[transpose_b ? 1 : 0], "matmul",
          "inner sizes must agree, got {}{} and {}{}", a.shape().str(), transpose_a ? " transposed" : "",
          b.shape().str(), transpose_b ? " transposed" : "");
  return Var::result(
      product(a.value(), transpose_a, b.value(), transpose_b, Part::forward), {a.node(), b.node()},
      [a = a.value(), b = b.value(), transpose_a, transpose_b](const Tensor& g, const Needed& needed) {
        Tensor da, db;
        if (needed[0]) {
          da = transpose_a ? product(b, transpose_b, g, true, Part::by_input)
                           : product(g, false, b, !transpose_b, Part::by_input);
        }
        if (needed[1]) {
          db = transpose_b ? product(g, true, a, transpose_a, Part::by_weight)
                           : product(a, !transpose_a, g, false, Part::by_weight);
        }
        return Gradients{da, db};
      });
}

}  // namespace DG_WIDTH
}  // namespace dg
