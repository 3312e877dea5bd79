// CUDA side of tensor/parallel.h: three kernels and their launches. Seen by nvcc only.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "tensor/error.h"

namespace dg::cuda {

constexpr unsigned block_threads = 256;
constexpr std::int64_t max_blocks = 65535;

/// The stream all work of this thread goes to.
cudaStream_t stream();
/// Throws BackendError with CUDA's own words unless `status` is success.
void check(cudaError_t status, const char* what);

template <class F>
__global__ void for_each_kernel(std::int64_t n, F f) {
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < n;
       i += std::int64_t{gridDim.x} * blockDim.x) {
    f(i);
  }
}

template <class F>
struct ByElement {
  F f;
  std::int64_t cols;
  __device__ void operator()(std::int64_t i) const { f(i / cols, i % cols); }
};

// One block per row; a tree over the block's threads in a fixed order.
template <class F>
__global__ void reduce_rows_kernel(std::int64_t rows, std::int64_t cols, F f) {
  __shared__ typename F::Acc part[block_threads];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    typename F::Acc acc = F::identity();
    for (std::int64_t col = threadIdx.x; col < cols; col += block_threads)
      acc = F::combine(acc, f.map(row, col));
    part[threadIdx.x] = acc;
    __syncthreads();
    for (unsigned width = block_threads / 2; width > 0; width /= 2) {
      if (threadIdx.x < width) part[threadIdx.x] = F::combine(part[threadIdx.x], part[threadIdx.x + width]);
      __syncthreads();
    }
    if (threadIdx.x == 0) f.finish(row, part[0]);
    __syncthreads();
  }
}

// A block serves 32 columns with 8 threads each, so that neighbouring threads read neighbouring numbers.
template <class F>
__global__ void reduce_columns_kernel(std::int64_t rows, std::int64_t cols, F f) {
  constexpr unsigned width = 32, height = block_threads / width;
  __shared__ typename F::Acc part[height][width];
  const unsigned x = threadIdx.x % width, y = threadIdx.x / width;
  for (std::int64_t first = blockIdx.x * std::int64_t{width}; first < cols;
       first += std::int64_t{gridDim.x} * width) {
    const std::int64_t col = first + x;
    typename F::Acc acc = F::identity();
    if (col < cols) {
      for (std::int64_t row = y; row < rows; row += height) acc = F::combine(acc, f.map(row, col));
    }
    part[y][x] = acc;
    __syncthreads();
    if (y == 0 && col < cols) {
      for (unsigned other = 1; other < height; ++other) acc = F::combine(acc, part[other][x]);
      f.finish(col, acc);
    }
    __syncthreads();
  }
}

inline unsigned blocks_for(std::int64_t wanted) {
  return static_cast<unsigned>(wanted < max_blocks ? wanted : max_blocks);
}

template <class F>
void launch_for_each(std::int64_t n, F f) {
  for_each_kernel<<<blocks_for((n + block_threads - 1) / block_threads), block_threads, 0, stream()>>>(n, f);
  check(cudaGetLastError(), "for_each");
}

template <class F>
void launch_for_each(std::int64_t rows, std::int64_t cols, F f) {
  launch_for_each(rows * cols, ByElement<F>{f, cols});
}

template <class F>
void launch_reduce_rows(std::int64_t rows, std::int64_t cols, F f) {
  reduce_rows_kernel<<<blocks_for(rows), block_threads, 0, stream()>>>(rows, cols, f);
  check(cudaGetLastError(), "reduce_rows");
}

template <class F>
void launch_reduce_columns(std::int64_t rows, std::int64_t cols, F f) {
  reduce_columns_kernel<<<blocks_for((cols + 31) / 32), block_threads, 0, stream()>>>(rows, cols, f);
  check(cudaGetLastError(), "reduce_columns");
}

}  // namespace dg::cuda
