#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

using testing::ExitedWithCode;

constexpr unsigned width = 128;

__global__ void block_sums(const float* in, float* out) {
  __shared__ float part[width];
  part[threadIdx.x] = in[blockIdx.x * width + threadIdx.x];
  __syncthreads();
  for (unsigned half = width / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) out[blockIdx.x] = part[0];
}

__global__ void warp_sums(const float* in, float* out) {
  float sum = in[threadIdx.x];
  for (unsigned k = 16; k > 0; k /= 2) sum += __shfl_down_sync(~0u, sum, k);
  if (threadIdx.x % 32 == 0) out[threadIdx.x / 32] = sum;
}

__global__ void where_am_i(float* block, float* thread, int* calls) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  block[i] = static_cast<float>(blockIdx.x);
  thread[i] = static_cast<float>(threadIdx.x);
  ++calls[i];
}

__global__ void half_a_barrier() {
  if (threadIdx.x % 2 == 0) __syncthreads();
}

__global__ void two_barriers() {
  if (threadIdx.x < 5) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

__global__ void serial_number(float* counter, float* out) {
  out[blockIdx.x * blockDim.x + threadIdx.x] = counter[0];
  counter[0] += 1;  // only one thread runs at a time here
}

TEST(StandinThreads, EveryThreadRunsOnceAndKnowsItsPlace) {
  const unsigned blocks = 37, threads = 100, n = blocks * threads;
  Floats block(n), thread(n);
  int* calls = nullptr;
  must(cudaMalloc(reinterpret_cast<void**>(&calls), n * sizeof(int)));
  must(cudaMemsetAsync(calls, 0, n * sizeof(int), nullptr));
  must(launch("where", where_am_i, blocks, threads, nullptr, block.data(), thread.data(), calls));
  std::vector<int> counted(n);
  must(cudaMemcpy(counted.data(), calls, n * sizeof(int), cudaMemcpyDeviceToHost));
  const auto b = block.host(), t = thread.host();
  for (unsigned i = 0; i < n; ++i) {
    ASSERT_EQ(counted[i], 1);
    ASSERT_EQ(b[i], static_cast<float>(i / threads));
    ASSERT_EQ(t[i], static_cast<float>(i % threads));
  }
  must(cudaFree(calls));
}

TEST(StandinThreads, BarriersHoldTheBlockTogether) {
  std::vector<float> in(64 * width);
  std::iota(in.begin(), in.end(), 0.0f);
  Floats x(in), y(64);
  must(launch("block_sums", block_sums, 64, width, nullptr, x.data(), y.data()));
  const auto sums = y.host();
  for (unsigned b = 0; b < 64; ++b) {
    ASSERT_EQ(sums[b], std::accumulate(in.begin() + b * width, in.begin() + (b + 1) * width, 0.0f));
  }
}

TEST(StandinThreads, ShufflesStayInsideTheWarp) {
  std::vector<float> in(96);
  std::iota(in.begin(), in.end(), 0.0f);
  Floats x(in), y(3);
  must(launch("warp_sums", warp_sums, 1, 96, nullptr, x.data(), y.data()));
  EXPECT_EQ(y.host(), (std::vector<float>{496, 1520, 2544}));
}

TEST(StandinThreads, DivergentBarriersAreReported) {
  const auto run = [](void (*kernel)(), unsigned threads) {
    must(launch("diverge", kernel, 1, threads, nullptr));
    must(cudaDeviceSynchronize());
  };
  EXPECT_EXIT(run(half_a_barrier, 64), ExitedWithCode(1),
              "32 of the 64 threads of a block never come to the b");
  EXPECT_EXIT(run(two_barriers, 64), ExitedWithCode(1), "wait at different barriers");
  run(half_a_barrier, 1);  // one thread cannot diverge
}

TEST(StandinThreads, ThreadsAndBlocksRunInAnOrderThatChanges) {
  std::set<std::vector<float>> orders;
  for (int i = 0; i < 10; ++i) {
    Floats counter(std::vector<float>{0}), out(256);
    must(launch("serial_number", serial_number, 4, 64, nullptr, counter.data(), out.data()));
    auto order = out.host();
    orders.insert(order);
    std::sort(order.begin(), order.end());
    for (unsigned k = 0; k < 256; ++k) ASSERT_EQ(order[k], static_cast<float>(k));
  }
  EXPECT_EQ(orders.size(), 10u);
}

TEST(StandinThreads, ImpossibleLaunchesAreRefused) {
  Floats x(10);
  std::vector<float> host(10);
  EXPECT_EQ(launch("fill", fill_kernel, 0, 64, nullptr, 0, x.data(), 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_EQ(launch("fill", fill_kernel, 1, 1025, nullptr, 0, x.data(), 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(fill(10, host.data(), 1, nullptr), cudaErrorIllegalAddress);
  EXPECT_EQ(fill(10, x.data() - 1, 1, nullptr), cudaErrorIllegalAddress);
  EXPECT_EQ(fill(10, x.data(), 1, nullptr), cudaSuccess);
}

struct Functor {
  bool flag;  // seven bytes that are no part of the value follow
  const float* in;
  float* out;
  float factor;
};
__global__ void run_functor(Functor f) { f.out[0] = f.factor * f.in[0]; }

TEST(StandinThreads, PointersInsideAFunctorAreChecked) {
  Floats x(std::vector<float>{2}), y(1);
  std::vector<float> host(1);
  Functor f{};
  std::memset(static_cast<void*>(&f), 0x55,
              sizeof f);  // in what is left over, numbers that look like addresses
  f = Functor{true, x.data(), y.data(), 3};
  EXPECT_EQ(launch("functor", run_functor, 1, 1, nullptr, f), cudaSuccess);
  EXPECT_EQ(y.host()[0], 6);
  f.in = host.data();
  EXPECT_EQ(launch("functor", run_functor, 1, 1, nullptr, f), cudaErrorIllegalAddress);
}

}  // namespace
}  // namespace dg::standin
