#include <cublas_v2.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tensor/rng.h"
#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

std::vector<float> random_matrix(std::size_t n, std::uint64_t stream) {
  Rng rng(1, stream);
  std::vector<float> out(n);
  for (float& x : out) x = static_cast<float>(rng.uniform(-1, 1));
  return out;
}

struct Blas {
  cublasHandle_t handle = nullptr;
  Blas() { cublasCreate(&handle); }
  ~Blas() { cublasDestroy(handle); }
};

TEST(StandinGemm, EqualsLoopsForEveryTransposition) {
  const int m = 5, n = 7, k = 3, ld = 9;
  const float alpha = 2, beta = 0.5f;
  const auto a = random_matrix(ld * ld, 1), b = random_matrix(ld * ld, 2), c = random_matrix(ld * ld, 3);
  const Blas blas;
  for (const auto op_a : {CUBLAS_OP_N, CUBLAS_OP_T}) {
    for (const auto op_b : {CUBLAS_OP_N, CUBLAS_OP_T}) {
      Floats da(a), db(b), dc(c);
      ASSERT_EQ(cublasSgemm(blas.handle, op_a, op_b, m, n, k, &alpha, da.data(), ld, db.data(), ld, &beta,
                            dc.data(), ld),
                CUBLAS_STATUS_SUCCESS);
      const auto got = dc.host();
      for (int j = 0; j < ld; ++j) {
        for (int i = 0; i < ld; ++i) {
          double expected = c[i + j * ld];
          if (i < m && j < n) {
            expected *= beta;
            for (int p = 0; p < k; ++p) {
              expected += alpha * static_cast<double>(op_a == CUBLAS_OP_N ? a[i + p * ld] : a[p + i * ld]) *
                          (op_b == CUBLAS_OP_N ? b[p + j * ld] : b[j + p * ld]);
            }
          }
          ASSERT_NEAR(got[i + j * ld], expected, 1e-6) << i << "," << j;
        }
      }
    }
  }
}

TEST(StandinGemm, BetaZeroNeverReadsCAndTf32LosesBits) {
  const Blas blas;
  const float one = 1, zero = 0, x = 1 + 0x1p-12f;
  Floats a(std::vector<float>{x}), c(1);
  cublasSgemm(blas.handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, a.data(), 1, a.data(), 1, &zero, c.data(),
              1);
  EXPECT_EQ(c.host()[0], x * x);
  cublasSetMathMode(blas.handle, CUBLAS_TF32_TENSOR_OP_MATH);
  cublasSgemm(blas.handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, a.data(), 1, a.data(), 1, &zero, c.data(),
              1);
  EXPECT_EQ(c.host()[0], 1);
}

TEST(StandinGemm, WrongSizesAndPointersAreRefused) {
  const Blas blas;
  const float one = 1, zero = 0;
  Floats a(10 * 20), b(20 * 30), c(10 * 30);
  std::vector<float> host(300);
  const auto gemm = [&](int lda, int ldb, int ldc, float* out) {
    return cublasSgemm(blas.handle, CUBLAS_OP_N, CUBLAS_OP_N, 10, 30, 20, &one, a.data(), lda, b.data(), ldb,
                       &zero, out, ldc);
  };
  EXPECT_EQ(gemm(10, 20, 10, c.data()), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(gemm(9, 20, 10, c.data()), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(gemm(10, 19, 10, c.data()), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(gemm(11, 20, 10, c.data()), CUBLAS_STATUS_EXECUTION_FAILED);  // runs past the end of A
  EXPECT_EQ(gemm(10, 20, 10, c.data() + 1), CUBLAS_STATUS_EXECUTION_FAILED);
  EXPECT_EQ(gemm(10, 20, 10, host.data()), CUBLAS_STATUS_EXECUTION_FAILED);
  EXPECT_EQ(cublasSetStream(blas.handle, reinterpret_cast<cudaStream_t>(host.data())),
            CUBLAS_STATUS_INVALID_VALUE);
}

}  // namespace
}  // namespace dg::standin
