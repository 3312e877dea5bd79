// Row-major matrix products through cuBLAS, on the compute stream.
#pragma once
#include "tensor/backend.h"
#include "tensor/cuda/device.h"

namespace dg::cuda {

/// C = alpha op(A) op(B) + beta C as in Backend::gemm. In TF32 when cuda_policy() allows it, else in full
/// float32; bit-repeatable either way.
void gemm(const Gemm& g);

}  // namespace dg::cuda
