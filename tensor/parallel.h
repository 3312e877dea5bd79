// One functor, two devices: the only way element-wise work and reductions are run, and the only place that
// launches them.
//
//   for_each(device, n, f)                f(i) for every i in [0, n)
//   for_each(device, rows, cols, f)       f(row, col) for every element of a matrix
//   reduce_rows(device, rows, cols, f)    per row: f.finish(row, combination of f.map(row, col) over cols)
//   reduce_columns(device, rows, cols, f) per column: f.finish(col, combination of f.map(row, col)
//                                         over rows)
//
// A functor is a named struct of plain pointers and numbers whose members are marked DG_FN. (Not a lambda:
// nvcc turns a host-device lambda into an indirect call per element on the host, without vectorisation.) A
// reduction's functor has
//   using Fold = Sum<double>;                                  how values are combined: a sum, or another
//                                                              struct with the members of Sum (below)
//   DG_FN Acc map(std::int64_t row, std::int64_t col) const;   called once per element; it may also write
//   DG_FN void finish(std::int64_t index, Acc) const;          called once per row or column
// Each output has one writer. Partial results belong to chunks fixed by the sizes alone and are combined in
// index order, so results repeat bit for bit on any number of threads.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>

#include "tensor/allocator.h"
#include "tensor/check.h"
#include "tensor/device.h"

#ifdef __CUDACC__
#define DG_FN __host__ __device__ __forceinline__
#else
#define DG_FN [[gnu::always_inline]] inline
#endif
#ifdef DG_DEVICE_CODE  // this source is compiled for the GPU as well
#include "tensor/cuda/kernels.cuh"
#else
namespace dg::cuda {  // the launches of kernels.cuh, for a source that the host compiler sees alone

[[noreturn]] inline void no_device(const char* where) {
  throw Error(fmt::format("[{}] tensors are on cuda, but this build has no CUDA device", where));
}
template <class... Arguments>
[[noreturn]] void launch_for_each(Arguments...) {
  no_device("for_each");
}
template <class... Arguments>
[[noreturn]] void launch_reduce_rows(Arguments...) {
  no_device("reduce_rows");
}
template <class... Arguments>
[[noreturn]] void launch_reduce_columns(Arguments...) {
  no_device("reduce_columns");
}

}  // namespace dg::cuda
#endif

namespace dg {

/// The fold of a plain sum; T is a number, or a struct with an operator+ whose value-initialised object is
/// zero.
template <class T>
struct Sum {
  using Acc = T;
  DG_FN static Acc identity() { return {}; }
  // By value: through references g++ vectorises no struct.
  DG_FN static Acc combine(Acc p, Acc q) { return p + q; }
};

/// Compute threads of the CPU device; 0 = usable_cores(). They are started here, because OpenMP ends the
/// program where it cannot start one: BackendError says how many the system gave.
void set_threads(int threads);
int threads();

/// Takes exceptions out of a parallel region, which none may leave: the work inside goes through run(), and
/// rethrow() after the region throws the first of them.
class FirstFailure {
 public:
  template <class Work>
  void run(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      failed_ = true;
    }
  }
  /// Whether anything failed so far, for work that then is not worth doing.
  bool failed() const { return failed_; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;
};

namespace detail {

// Elements that a thread takes at a time: 32 KB of floats, about a first-level cache.
constexpr std::int64_t grain = 1 << 13;

// The functor arrives by value, so the compiler sees its members as locals and vectorises the loop.
template <class F>
void run(std::int64_t begin, std::int64_t end, F f) {
#pragma omp simd
  for (std::int64_t i = begin; i < end; ++i) f(i);
}

template <class F>
void run(std::int64_t row_begin, std::int64_t row_end, std::int64_t cols, F f) {
  for (std::int64_t row = row_begin; row < row_end; ++row) {
#pragma omp simd
    for (std::int64_t col = 0; col < cols; ++col) f(row, col);
  }
}

// Folds a stretch of one row into `lanes` interleaved partial results and these in a tree, which can be
// vectorised and has a fixed order. 32 lanes are two vectors of 16 floats: two independent chains of
// additions.
template <class F>
typename F::Fold::Acc fold_row(std::int64_t row, std::int64_t begin, std::int64_t end, F f) {
  constexpr std::int64_t lanes = 32;
  typename F::Fold::Acc lane[lanes];
  for (std::int64_t l = 0; l < lanes; ++l) lane[l] = F::Fold::identity();
  std::int64_t col = begin;
  for (; col + lanes <= end; col += lanes) {
#pragma omp simd
    for (std::int64_t l = 0; l < lanes; ++l) lane[l] = F::Fold::combine(lane[l], f.map(row, col + l));
  }
  for (std::int64_t l = 0; l < end - col; ++l) lane[l] = F::Fold::combine(lane[l], f.map(row, col + l));
  for (std::int64_t width = lanes / 2; width > 0; width /= 2) {
    for (std::int64_t l = 0; l < width; ++l) lane[l] = F::Fold::combine(lane[l], lane[l + width]);
  }
  return lane[0];
}

template <class F>
void fold_columns(std::int64_t row_begin, std::int64_t row_end, std::int64_t col_begin, std::int64_t col_end,
                  typename F::Fold::Acc* acc, F f) {
  for (std::int64_t col = col_begin; col < col_end; ++col) acc[col] = F::Fold::identity();
  for (std::int64_t row = row_begin; row < row_end; ++row) {
#pragma omp simd
    for (std::int64_t col = col_begin; col < col_end; ++col)
      acc[col] = F::Fold::combine(acc[col], f.map(row, col));
  }
}

template <class F>
void finish_all(std::int64_t n, std::int64_t chunks, std::int64_t stride,
                const typename F::Fold::Acc* partial, F f) {
#pragma omp parallel for schedule(static) if (n * chunks > grain)
  for (std::int64_t i = 0; i < n; ++i) {
    typename F::Fold::Acc acc = partial[i];
    for (std::int64_t chunk = 1; chunk < chunks; ++chunk)
      acc = F::Fold::combine(acc, partial[chunk * stride + i]);
    f.finish(i, acc);
  }
}

}  // namespace detail

template <class F>
void for_each(Device device, std::int64_t n, F f) {
  if (n == 0) return;
  if (device == Device::cuda) return cuda::launch_for_each(n, f);
  const std::int64_t parts = (n + detail::grain - 1) / detail::grain;
#pragma omp parallel for schedule(static) if (parts > 1)
  for (std::int64_t part = 0; part < parts; ++part) {
    detail::run(part * detail::grain, std::min(n, (part + 1) * detail::grain), f);
  }
}

template <class F>
void for_each(Device device, std::int64_t rows, std::int64_t cols, F f) {
  if (rows == 0 || cols == 0) return;
  if (device == Device::cuda) return cuda::launch_for_each(rows, cols, f);
  const std::int64_t height = std::max<std::int64_t>(1, detail::grain / cols),
                     parts = (rows + height - 1) / height;
#pragma omp parallel for schedule(static) if (parts > 1)
  for (std::int64_t part = 0; part < parts; ++part) {
    detail::run(part * height, std::min(rows, (part + 1) * height), cols, f);
  }
}

template <class F>
void reduce_rows(Device device, std::int64_t rows, std::int64_t cols, F f) {
  if (rows == 0) return;
  if (device == Device::cuda) return cuda::launch_reduce_rows(rows, cols, f);
  // Rows of more than four grains are cut into chunks, so that few long rows occupy all threads too.
  const std::int64_t chunk = 4 * detail::grain,
                     chunks = std::max<std::int64_t>(1, (cols + chunk - 1) / chunk);
  if (chunks == 1) {
#pragma omp parallel for schedule(static) if (rows > 1 && rows * cols > detail::grain)
    for (std::int64_t row = 0; row < rows; ++row) f.finish(row, detail::fold_row(row, 0, cols, f));
    return;
  }
  const Scratch<typename F::Fold::Acc> partial(rows * chunks);  // [chunks, rows]
  typename F::Fold::Acc* const out = partial.data();
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < rows * chunks; ++i) {
    const std::int64_t row = i / chunks, c = i % chunks;
    out[c * rows + row] = detail::fold_row(row, c * chunk, std::min(cols, (c + 1) * chunk), f);
  }
  detail::finish_all(rows, chunks, rows, out, f);
}

template <class F>
void reduce_columns(Device device, std::int64_t rows, std::int64_t cols, F f) {
  if (cols == 0) return;
  if (device == Device::cuda) return cuda::launch_reduce_columns(rows, cols, f);
  // At most 64 chunks of rows, each of at least 64 rows, and blocks of 1024 columns, so that few rows of many
  // columns occupy all threads too.
  const std::int64_t chunk = std::max<std::int64_t>(64, (rows + 63) / 64);
  const std::int64_t chunks = std::max<std::int64_t>(1, (rows + chunk - 1) / chunk);
  const std::int64_t block = 1024, blocks = (cols + block - 1) / block;
  const Scratch<typename F::Fold::Acc> partial(chunks * cols);
  typename F::Fold::Acc* const out = partial.data();
#pragma omp parallel for schedule(static) if (rows * cols > detail::grain)
  for (std::int64_t i = 0; i < chunks * blocks; ++i) {
    const std::int64_t c = i / blocks, b = i % blocks;
    detail::fold_columns(c * chunk, std::min(rows, (c + 1) * chunk), b * block,
                         std::min(cols, (b + 1) * block), out + c * cols, f);
  }
  detail::finish_all(cols, chunks, cols, out, f);
}

}  // namespace dg
