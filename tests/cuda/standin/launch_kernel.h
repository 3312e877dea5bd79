// A kernel launch on the stand-in, and the words of CUDA C++ that g++ does not know.
#pragma once
#include <cuda_runtime_api.h>

#include <array>
#include <cstring>
#include <functional>
#include <source_location>
#include <span>
#include <tuple>
#include <type_traits>

#include "tests/cuda/standin/thread_block.h"

#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __forceinline__
#define __global__
#define __device__
#define __host__
#define __shared__ static  // one block runs at a time, so one copy serves all
#define __forceinline__ inline

namespace dg::standin {

/// Queues a launch of `thread` after checking the grid and every word of the arguments' bytes.
cudaError_t queue_launch(const char* name, unsigned blocks, unsigned threads, cudaStream_t stream,
                         std::span<const std::span<const std::byte>> arguments, std::function<void()> thread);

/// kernel<<<blocks, threads, 0, stream>>>(args...). Besides CUDA's own refusals: an argument, or a member of
/// one, that points into host memory or into device memory that is not allocated gives
/// cudaErrorIllegalAddress at once.
template <class... P, class... A>
cudaError_t launch(const char* name, void (*kernel)(P...), unsigned blocks, unsigned threads,
                   cudaStream_t stream, A... args) {
  static_assert(sizeof...(P) == sizeof...(A));
  static_assert((std::is_trivially_copyable_v<P> && ...), "kernel arguments cross as bytes");
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::tuple<P...> values(static_cast<P>(args)...);
    (__builtin_clear_padding(&std::get<I>(values)), ...);  // what is left over there is no argument
    const std::array<std::span<const std::byte>, sizeof...(P)> bytes = {
        std::as_bytes(std::span(&std::get<I>(values), 1))...};
    return queue_launch(name, blocks, threads, stream, bytes,
                        [kernel, values] { kernel(std::get<I>(values)...); });
  }
  (std::index_sequence_for<P...>());
}

}  // namespace dg::standin

inline void __syncthreads(std::source_location line = std::source_location::current()) {
  dg::standin::barrier(line);
}

inline float __shfl_down_sync(unsigned, float value, unsigned distance, int = 32,
                              std::source_location line = std::source_location::current()) {
  return dg::standin::shuffle_down(value, distance, line);
}
