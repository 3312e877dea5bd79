// Stands before the library's tensor/cuda/launch.h when g++ compiles the device code: the same launch, on the
// stand-in.
#pragma once
#include "tensor/cuda/device.h"
#include "tests/cuda/standin/launch_kernel.h"

namespace dg::cuda {

template <class... P, class... A>
void launch(const char* name, void (*kernel)(P...), unsigned blocks, unsigned threads, cudaStream_t stream,
            A... args) {
  standin::launch(name, kernel, blocks, threads, stream, args...);
  check(cudaGetLastError(), name);
}

}  // namespace dg::cuda
