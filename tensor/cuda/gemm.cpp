// cuBLAS reads a row-major matrix as its transpose, because its own order is column-major. So we ask it for
// C^T = op(B)^T op(A)^T: the operands change places and nothing is copied.
#include "tensor/cuda/gemm.h"

#include <limits>
#include <mutex>

#include "tensor/check.h"
#include "tensor/parallel.h"

namespace dg::cuda {
namespace {

// What is left of a product without terms: C = beta C.
struct ScaleOnly {
  Real* c;
  std::int64_t ldc;
  Real beta;
  DG_FN void operator()(std::int64_t row, std::int64_t col) const {
    Real& out = c[row * ldc + col];
    out = beta == 0 ? 0 : beta * out;
  }
};

int narrow(std::int64_t size) {
  require(size <= std::numeric_limits<int>::max(), "gemm", "sizes on cuda must be below 2^31, got {}", size);
  return static_cast<int>(size);
}

}  // namespace

void gemm(const Gemm& g) {
  if (g.m == 0 || g.n == 0) return;
  if (g.k == 0) return for_each(Device::cuda, g.m, g.n, ScaleOnly{g.c, g.ldc, g.beta});
  static std::mutex one_at_a_time;  // the handle's math mode and its workspace belong to one call at a time
  const std::lock_guard lock(one_at_a_time);
  check(cublasSetMathMode(blas(), cuda_policy().tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_PEDANTIC_MATH),
        "cublasSetMathMode");
  const auto operation = [](bool transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; };
  check(
      cublasSgemm(blas(), operation(g.transpose_b), operation(g.transpose_a), narrow(g.n), narrow(g.m),
                  narrow(g.k), &g.alpha, g.b, narrow(g.ldb), g.a, narrow(g.lda), &g.beta, g.c, narrow(g.ldc)),
      "cublasSgemm");
}

}  // namespace dg::cuda
