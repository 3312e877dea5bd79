// What the stand-in's parts of the CUDA runtime, of cuBLAS and of cuDNN share.
#pragma once
#include <cuda_runtime_api.h>

#include <cstddef>

#include "tests/cuda/standin/streams.h"

namespace dg::standin {

/// Remembers `status` for cudaGetLastError and returns it.
cudaError_t failed(cudaError_t status);

/// Is [data, data + bytes) inside one live allocation of device memory? If not, a line on stderr says so.
bool on_device(const void* data, std::size_t bytes, const char* where, const char* what);

/// `value` as TF32 tensor cores see it: 10 bits of mantissa, rounded to nearest.
float to_tf32(float value);

}  // namespace dg::standin
