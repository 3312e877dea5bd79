// The CUDA side of tensor/parallel.h: the kernels, and with how many blocks they are launched. Only sources
// that are compiled for the GPU see it. Grids depend on the sizes alone, and threads combine results only in
// the fixed tree of their block, so results repeat bit for bit: changing a constant below changes the last
// bits of sums.
#pragma once
#include <algorithm>
#include <cstdint>

#include "tensor/allocator.h"
#include "tensor/cuda/launch.h"

namespace dg::cuda {

// A power of two, for the tree in reduce_rows_kernel. A block of this size fits on a multiprocessor (65,536
// registers) even where a functor takes all 255 registers that a thread can have.
constexpr unsigned block_threads = 256;
// More than enough to fill any GPU: a kernel's loop takes what a grid of this size leaves.
constexpr std::int64_t max_blocks = 65535;

inline unsigned blocks_for(std::int64_t wanted) {
  return static_cast<unsigned>(wanted < max_blocks ? wanted : max_blocks);
}

template <class F>
__global__ void for_each_kernel(std::int64_t n, F f) {
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < n;
       i += std::int64_t{gridDim.x} * blockDim.x) {
    f(i);
  }
}

// One division per thread, to find its first element; from there row and column advance by those of the
// stride.
template <class F>
__global__ void for_each_element_kernel(std::int64_t rows, std::int64_t cols, F f) {
  const std::int64_t first = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x,
                     stride = std::int64_t{gridDim.x} * blockDim.x;
  const std::int64_t stride_rows = stride / cols, stride_cols = stride % cols;
  std::int64_t row = first / cols, col = first % cols;
  while (row < rows) {
    f(row, col);
    row += stride_rows;
    col += stride_cols;
    if (col >= cols) {
      col -= cols;
      ++row;
    }
  }
}

// One block per row: each thread folds every block_threads-th column, then a tree combines the threads.
template <class F>
__global__ void reduce_rows_kernel(std::int64_t rows, std::int64_t cols, F f) {
  __shared__ typename F::Fold::Acc part[block_threads];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    typename F::Fold::Acc acc = F::Fold::identity();
    for (std::int64_t col = threadIdx.x; col < cols; col += block_threads)
      acc = F::Fold::combine(acc, f.map(row, col));
    part[threadIdx.x] = acc;
    __syncthreads();
    for (unsigned width = block_threads / 2; width > 0; width /= 2) {
      if (threadIdx.x < width)
        part[threadIdx.x] = F::Fold::combine(part[threadIdx.x], part[threadIdx.x + width]);
      __syncthreads();
    }
    if (threadIdx.x == 0) f.finish(row, part[0]);
    __syncthreads();
  }
}

// A block serves 32 columns with 8 threads each: the 32 threads of a warp read 32 neighbouring numbers, one
// transaction of 128 bytes.
constexpr unsigned column_width = 32, column_height = block_threads / column_width;

template <class F>
__global__ void reduce_columns_kernel(std::int64_t rows, std::int64_t cols, F f) {
  __shared__ typename F::Fold::Acc part[column_height][column_width];
  const unsigned x = threadIdx.x % column_width, y = threadIdx.x / column_width;
  for (std::int64_t first = blockIdx.x * std::int64_t{column_width}; first < cols;
       first += std::int64_t{gridDim.x} * column_width) {
    const std::int64_t col = first + x;
    typename F::Fold::Acc acc = F::Fold::identity();
    if (col < cols) {
      for (std::int64_t row = y; row < rows; row += column_height)
        acc = F::Fold::combine(acc, f.map(row, col));
    }
    part[y][x] = acc;
    __syncthreads();
    if (y == 0 && col < cols) {
      for (unsigned other = 1; other < column_height; ++other) acc = F::Fold::combine(acc, part[other][x]);
      f.finish(col, acc);
    }
    __syncthreads();
  }
}

// A few long rows (or columns) would leave most of the GPU idle. They are cut into chunks, which are reduced
// as rows (columns) of their own; a second launch reduces the results of the chunks.
template <class F>
struct RowChunks {
  F f;
  typename F::Fold::Acc* partial;  // [rows, chunks]
  std::int64_t cols, chunk, chunks;
  using Fold = typename F::Fold;
  using Acc = typename Fold::Acc;
  DG_FN Acc map(std::int64_t part, std::int64_t i) const {
    const std::int64_t col = part % chunks * chunk + i;
    return col < cols ? f.map(part / chunks, col) : Fold::identity();
  }
  DG_FN void finish(std::int64_t part, Acc acc) const { partial[part] = acc; }
};

template <class F>
struct ColumnChunks {
  F f;
  typename F::Fold::Acc* partial;  // [chunks, cols]
  std::int64_t rows, cols, chunk;
  using Fold = typename F::Fold;
  using Acc = typename Fold::Acc;
  DG_FN Acc map(std::int64_t i, std::int64_t part) const {
    const std::int64_t row = part / cols * chunk + i;
    return row < rows ? f.map(row, part % cols) : Fold::identity();
  }
  DG_FN void finish(std::int64_t part, Acc acc) const { partial[part] = acc; }
};

template <class F>
struct Partial {  // the second launch
  F f;
  const typename F::Fold::Acc* partial;
  std::int64_t cols;
  using Fold = typename F::Fold;
  using Acc = typename Fold::Acc;
  DG_FN Acc map(std::int64_t row, std::int64_t col) const { return partial[row * cols + col]; }
  DG_FN void finish(std::int64_t i, Acc acc) const { f.finish(i, acc); }
};

template <class F>
void launch_for_each(std::int64_t n, F f) {
  launch("for_each", for_each_kernel<F>, blocks_for((n + block_threads - 1) / block_threads), block_threads,
         stream(), n, f);
}

template <class F>
void launch_for_each(std::int64_t rows, std::int64_t cols, F f) {
  launch("for_each", for_each_element_kernel<F>,
         blocks_for((rows * cols + block_threads - 1) / block_threads), block_threads, stream(), rows, cols,
         f);
}

template <class F>
void launch_reduce_rows(std::int64_t rows, std::int64_t cols, F f) {
  // From 256 rows on, every multiprocessor of the largest GPUs (132 on an H100) has one and more. A chunk
  // gives each of the 256 threads 64 columns, so that the tree after them is a small part of the work.
  constexpr std::int64_t enough_rows = 256, chunk = 1 << 14;
  const std::int64_t chunks = (cols + chunk - 1) / chunk;
  if (rows >= enough_rows || chunks <= 1) {
    return launch("reduce_rows", reduce_rows_kernel<F>, blocks_for(rows), block_threads, stream(), rows, cols,
                  f);
  }
  const Scratch<typename F::Fold::Acc> partial(rows * chunks, Device::cuda);
  launch("reduce_rows", reduce_rows_kernel<RowChunks<F>>, blocks_for(rows * chunks), block_threads, stream(),
         rows * chunks, chunk, RowChunks<F>{f, partial.data(), cols, chunk, chunks});
  launch("reduce_rows", reduce_rows_kernel<Partial<F>>, blocks_for(rows), block_threads, stream(), rows,
         chunks, Partial<F>{f, partial.data(), chunks});
}

template <class F>
void launch_reduce_columns(std::int64_t rows, std::int64_t cols, F f) {
  // Chunks are made small enough to give the GPU 1024 blocks (about 8 for each multiprocessor of an H100),
  // but not smaller than 64 rows, 8 for each of the 8 threads of a column.
  constexpr std::int64_t min_chunk = 64, enough_blocks = 1024;
  const auto blocks = [](std::int64_t columns) {
    return blocks_for((columns + column_width - 1) / column_width);
  };
  const std::int64_t wanted = std::max<std::int64_t>(1, enough_blocks / blocks(cols));
  const std::int64_t chunk = std::max(min_chunk, (rows + wanted - 1) / wanted);
  const std::int64_t chunks = (rows + chunk - 1) / chunk;
  if (chunks <= 1) {
    return launch("reduce_columns", reduce_columns_kernel<F>, blocks(cols), block_threads, stream(), rows,
                  cols, f);
  }
  const Scratch<typename F::Fold::Acc> partial(chunks * cols, Device::cuda);
  launch("reduce_columns", reduce_columns_kernel<ColumnChunks<F>>, blocks(chunks * cols), block_threads,
         stream(), chunk, chunks * cols, ColumnChunks<F>{f, partial.data(), rows, cols, chunk});
  launch("reduce_columns", reduce_columns_kernel<Partial<F>>, blocks(cols), block_threads, stream(), chunks,
         cols, Partial<F>{f, partial.data(), cols});
}

}  // namespace dg::cuda
