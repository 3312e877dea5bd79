// Bugs in what cuBLAS and cuDNN are told.
#include <cublas_v2.h>

#include "tests/cuda/bugs/bugs.h"
#include "tests/cuda/standin/test/graph_convolution.h"
#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

// Row-major C[2, 3] = A[2, 4] B[4, 3] is column-major C^T = B^T A^T: the leading dimensions are the row
// lengths.
bool wrong_leading_dimension(bool mended) {
  const Floats a(std::vector<float>(8, 1.0f)), b(std::vector<float>(12, 1.0f)), c(6);
  const float one = 1, zero = 0;
  cublasHandle_t blas = nullptr;
  cublasCreate(&blas);
  const cublasStatus_t status = cublasSgemm(blas, CUBLAS_OP_N, CUBLAS_OP_N, 3, 2, 4, &one, b.data(), 3,
                                            a.data(), mended ? 4 : 2, &zero, c.data(), 3);
  cublasDestroy(blas);
  return status == CUBLAS_STATUS_SUCCESS && c.host()[5] == 4;
}

bool wrong_descriptor(bool mended) {
  cudnnHandle_t dnn = nullptr;
  must(cudnnCreate(&dnn));
  const GraphGeometry g{.n = 1,
                        .h = 8,
                        .w = 8,
                        .c = 4,
                        .k = 4,
                        .r = 3,
                        .s = 3,
                        .out_h = mended ? 8 : 6,
                        .out_w = 8,
                        .pad = 1,
                        .stride = 1,
                        .dilation = 1};
  GraphConvolution plan(dnn, forward_names, g);
  const Floats x(std::vector<float>(8 * 8 * 4, 1.0f)), w(std::vector<float>(4 * 9 * 4, 1.0f)), y(8 * 8 * 4),
      workspace(plan.workspace() / sizeof(float) + 1);
  must(plan.run(x.data(), w.data(), y.data(), workspace.data()));
  const auto host = y.host();
  cudnnDestroy(dnn);
  return host[0] == 16 && host[9 * 4] == 36;  // a corner sees 4 pixels, the inside 9, of 4 channels
}

const AddBug a("wrong_leading_dimension", wrong_leading_dimension);
const AddBug b("wrong_descriptor", wrong_descriptor);

}  // namespace
}  // namespace dg::standin
