// The threads of a CUDA kernel on one CPU core: block after block and, inside a block, thread after thread,
// in an order drawn from the seed. Threads run to their end in one loop; only a thread that comes to
// __syncthreads() parks on a fibre of its own until the others are there.
#pragma once
#include <cuda_runtime_api.h>

#include <functional>
#include <source_location>

#include "tensor/rng.h"

inline uint3 threadIdx, blockIdx;
inline dim3 blockDim, gridDim;

namespace dg::standin {

/// Runs `thread` once for every thread of the grid. Reports threads of one block that wait at different
/// barriers, or wait for threads that are already through.
void run_grid(unsigned blocks, unsigned threads, const std::function<void()>& thread, Rng& rng);

/// The running thread goes on when all threads of its block have come to this line.
void barrier(std::source_location line);

/// `value` of the thread `distance` lanes up in the warp. All threads of the block must come to this line.
float shuffle_down(float value, unsigned distance, std::source_location line);

}  // namespace dg::standin
