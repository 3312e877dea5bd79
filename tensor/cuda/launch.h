// The only place that launches a kernel.
#pragma once
#include <cuda_runtime.h>

#include "tensor/cuda/device.h"

namespace dg::cuda {

/// kernel<<<blocks, threads>>>(args...) on `stream`. Throws BackendError when it could not be started.
template <class... P, class... A>
void launch(const char* name, void (*kernel)(P...), unsigned blocks, unsigned threads, cudaStream_t stream,
            A... args) {
  kernel<<<blocks, threads, 0, stream>>>(args...);
  check(cudaGetLastError(), name);
}

}  // namespace dg::cuda
