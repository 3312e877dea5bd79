// The GPU this process works on: its streams, its library handles, and one check for every call.
//
// All compute goes to one stream, so that memory released by the host may be handed out again at once: the
// work that still uses it was given to the stream before any work of its next owner. A second stream copies
// uploads while the first computes; events order the two (upload() in backend.cpp, used through
// tensor/transfer.h).
#pragma once
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include <string>

namespace dg::cuda {

/// Throw BackendError with the library's own words unless `status` is success.
void check(cudaError_t status, const char* what);
void check(cublasStatus_t status, const char* what);
void check(cudnnStatus_t status, const char* what);

/// Empty when there is a usable GPU; otherwise why not, in words for people.
std::string why_unavailable();
/// Name, compute capability, multiprocessors, memory; versions of driver, runtime, cuBLAS and cuDNN.
std::string describe();

/// The stream of all compute, and the one of uploads.
cudaStream_t stream();
cudaStream_t copy_stream();
/// Handles bound to stream(). cuBLAS gets its workspace once: it repeats results bit for bit only in a
/// workspace of the caller's.
cublasHandle_t blas();
cudnnHandle_t dnn();

}  // namespace dg::cuda
