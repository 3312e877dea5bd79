#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

using testing::ExitedWithCode;

__global__ void write_kernel(float* at) { *at = 1; }
__global__ void read_kernel(const float* from, float* to) { *to = *from; }

void write_at(float* at) {
  must(launch("write", write_kernel, 1, 1, nullptr, at));
  must(cudaDeviceSynchronize());
}

TEST(StandinMemory, TheHostCannotTouchDeviceMemory) {
  Floats x(10);
  EXPECT_EXIT(std::printf("%g", static_cast<double>(x.data()[3])), ExitedWithCode(1),
              "the host touched device memory, byte 12 of an allocation of 40 bytes");
  EXPECT_EXIT(x.data()[0] = 1, ExitedWithCode(1), "the host touched device memory, byte 0");
}

TEST(StandinMemory, TheHostCannotTouchItAfterWorkHasUsedItEither) {
  Floats x(10);
  must(fill(10, x.data(), 1, nullptr));
  must(cudaDeviceSynchronize());
  EXPECT_EXIT(std::printf("%g", static_cast<double>(x.data()[0])), ExitedWithCode(1), "the host touched");
}

TEST(StandinMemory, FreshMemoryIsNaN) {
  const Floats x(1000);
  for (const float value : x.host()) ASSERT_TRUE(std::isnan(value));
}

TEST(StandinMemory, WritesJustOutsideAreReported) {
  Floats x(10), y(1024);  // y ends where its page ends
  EXPECT_EXIT(write_at(x.data() + 10), ExitedWithCode(1),
              "'write' wrote past the end of an allocation of 40 b");
  EXPECT_EXIT(write_at(y.data() + 1024), ExitedWithCode(1),
              "'write' touched device memory that is not alloc");
  // A pointer to before the start is refused at launch; arithmetic on the device is not seen there.
  const auto write_before = [&] {
    must(launch(
        "write", +[](float* at, std::int64_t offset) { at[offset] = 1; }, 1, 1, nullptr, x.data(), -1));
    must(cudaDeviceSynchronize());
  };
  EXPECT_EXIT(write_before(), ExitedWithCode(1),
              "'write' wrote before the start of an allocation of 40 bytes");
}

TEST(StandinMemory, ReadsJustOutsideGiveNaN) {
  Floats x(std::vector<float>(10, 1.0f)), y(1);
  must(launch("read", read_kernel, 1, 1, nullptr, x.data() + 10, y.data()));
  EXPECT_TRUE(std::isnan(y.host()[0]));
}

TEST(StandinMemory, WorkGivenBeforeTheReleaseMayUseTheMemoryAndLaterWorkMayNot) {
  auto x = std::make_unique<Floats>(std::vector<float>{5}), y = std::make_unique<Floats>(1);
  float* const stale = x->data();
  must(launch("read", read_kernel, 1, 1, nullptr, x->data(), y->data()));
  x.reset();
  EXPECT_EQ(launch("read", read_kernel, 1, 1, nullptr, stale, y->data()), cudaErrorIllegalAddress);
  EXPECT_EQ(y->host()[0], 5);
  // Hidden from the check of the arguments, and both pieces of work in one go.
  const auto use_after_release = [&] {
    auto z = std::make_unique<Floats>(1);
    const auto hidden = ~reinterpret_cast<std::uintptr_t>(z->data());
    must(launch("write", write_kernel, 1, 1, nullptr, z->data()));
    z.reset();
    must(launch(
        "sly", +[](std::uintptr_t h) { *reinterpret_cast<float*>(~h) = 2; }, 1, 1, nullptr, hidden));
    must(cudaDeviceSynchronize());
  };
  EXPECT_EXIT(use_after_release(), ExitedWithCode(1),
              "'sly' touched byte 0 of an allocation of 4 bytes after");
}

TEST(StandinMemory, AddressesAreNotUsedTwice) {
  void *a = nullptr, *b = nullptr;
  must(cudaMalloc(&a, 100));
  must(cudaFree(a));
  must(cudaMalloc(&b, 100));
  EXPECT_NE(a, b);
  EXPECT_EQ(cudaFree(a), cudaErrorInvalidValue);  // twice
  EXPECT_EQ(cudaFree(static_cast<char*>(b) + 4), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(b), cudaSuccess);
}

TEST(StandinMemory, ThereIsAnEndToIt) {
  std::size_t before = 0, total = 0, after = 0;
  must(cudaMemGetInfo(&before, &total));
  void* p = nullptr;
  EXPECT_EQ(cudaMalloc(&p, total + 1), cudaErrorMemoryAllocation);
  EXPECT_EQ(p, nullptr);
  must(cudaMalloc(&p, 1 << 20));
  must(cudaMemGetInfo(&after, &total));
  EXPECT_EQ(before - after, std::size_t{1} << 20);
  must(cudaFree(p));
}

TEST(StandinMemory, CopiesAreCheckedAgainstBothEnds) {
  Floats x(10);
  std::vector<float> h(20);
  EXPECT_EQ(cudaMemcpy(x.data(), h.data(), 44, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(h.data(), h.data() + 10, 40, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(x.data(), x.data() + 5, 20, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  void* pinned = nullptr;
  must(cudaMallocHost(&pinned, 16));
  EXPECT_EQ(cudaMemcpy(pinned, x.data(), 20, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  must(cudaFreeHost(pinned));
  EXPECT_EQ(cudaMemsetAsync(x.data() + 1, 0, 40, nullptr), cudaErrorInvalidValue);
}

}  // namespace
}  // namespace dg::standin
