// cuBLAS on the stand-in: the handle and the product of two matrices, in loops.
#include <cublas_v2.h>

#include <algorithm>
#include <vector>

#include "tests/cuda/standin/report.h"
#include "tests/cuda/standin/runtime.h"

struct cublasContext {
  cudaStream_t stream = nullptr;
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
};

namespace dg::standin {
namespace {

// Column-major, as cuBLAS has it: element (row, col) is at data[row + col * ld].
struct Operand {
  const float* data;
  int ld;
  bool transposed;
  float at(int row, int col) const {
    return transposed ? data[col + std::ptrdiff_t{row} * ld] : data[row + std::ptrdiff_t{col} * ld];
  }
  /// Bytes from the first to the last element of op(X) with `rows` x `cols`.
  std::size_t bytes(int rows, int cols) const {
    if (transposed) std::swap(rows, cols);
    if (rows == 0 || cols == 0) return 0;
    return (static_cast<std::size_t>(ld) * static_cast<std::size_t>(cols - 1) +
            static_cast<std::size_t>(rows)) *
           sizeof(float);
  }
  bool ld_fits(int rows, int cols) const { return ld >= std::max(1, transposed ? cols : rows); }
};

// C = alpha op(A) op(B) + beta C; beta == 0 never reads C.
void multiply(int m, int n, int k, float alpha, Operand a, Operand b, float beta, float* c, int ldc,
              bool tf32) {
  const auto seen = [&](float value) { return tf32 ? to_tf32(value) : value; };
  std::vector<float> packed(static_cast<std::size_t>(m) * static_cast<std::size_t>(k)), sum;
  for (int p = 0; p < k; ++p) {
    for (int i = 0; i < m; ++i) packed[static_cast<std::size_t>(p) * m + i] = seen(a.at(i, p));
  }
  for (int j = 0; j < n; ++j) {
    sum.assign(static_cast<std::size_t>(m), 0);
    for (int p = 0; p < k; ++p) {
      const float factor = seen(b.at(p, j));
      const float* const column = packed.data() + static_cast<std::size_t>(p) * m;
      for (int i = 0; i < m; ++i) sum[i] += factor * column[i];
    }
    for (int i = 0; i < m; ++i) {
      float& out = c[i + std::ptrdiff_t{j} * ldc];
      out = alpha * sum[i] + (beta == 0 ? 0 : beta * out);
    }
  }
}

}  // namespace
}  // namespace dg::standin

using namespace dg::standin;

extern "C" {

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  *handle = new cublasContext;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetVersion_v2(cublasHandle_t, int* version) {
  *version = CUBLAS_VERSION;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const std::lock_guard lock(Device::instance().mutex);
  if (Device::instance().find(stream) == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  handle->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  handle->math = mode;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const std::lock_guard lock(Device::instance().mutex);
  const bool aligned = reinterpret_cast<std::uintptr_t>(workspace) % 256 == 0;
  if (!aligned || !on_device(workspace, bytes, "cublasSetWorkspace", "the workspace")) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int m,
                              int n, int k, const float* alpha, const float* a, int lda, const float* b,
                              int ldb, const float* beta, float* c, int ldc) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const Operand left{a, lda, op_a != CUBLAS_OP_N}, right{b, ldb, op_b != CUBLAS_OP_N}, out{c, ldc, false};
  if (m < 0 || n < 0 || k < 0 || alpha == nullptr || beta == nullptr || !left.ld_fits(m, k) ||
      !right.ld_fits(k, n) || !out.ld_fits(m, n)) {
    note("cublasSgemm: {} x {} x {} with leading dimensions {}, {}, {}", m, n, k, lda, ldb, ldc);
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  const auto stream = device.find(handle->stream);
  if (stream == nullptr || !on_device(a, left.bytes(m, k), "cublasSgemm", "A") ||
      !on_device(b, right.bytes(k, n), "cublasSgemm", "B") ||
      !on_device(c, out.bytes(m, n), "cublasSgemm", "C")) {
    return CUBLAS_STATUS_EXECUTION_FAILED;
  }
  const bool tf32 = (handle->math & 0xF) == CUBLAS_TF32_TENSOR_OP_MATH;
  device.enqueue(stream, "cublasSgemm", [=, scale = *alpha, keep = *beta] {
    multiply(m, n, k, scale, left, right, keep, c, ldc, tf32);
  });
  return CUBLAS_STATUS_SUCCESS;
}

const char* cublasGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "success";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "the library was not initialized";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "an unsupported value or parameter was passed to the function";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "the function failed to launch on the GPU";
    default:
      return "another status of cuBLAS";
  }
}

}  // extern "C"
