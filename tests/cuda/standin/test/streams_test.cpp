#include <gtest/gtest.h>

#include <cmath>

#include "tests/cuda/standin/streams.h"
#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

struct Pinned {
  float* data = nullptr;
  explicit Pinned(std::size_t n) { must(cudaMallocHost(reinterpret_cast<void**>(&data), n * sizeof(float))); }
  ~Pinned() { cudaFreeHost(data); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
};

cudaEvent_t new_event(unsigned flags = cudaEventDisableTiming) {
  cudaEvent_t event = nullptr;
  must(cudaEventCreateWithFlags(&event, flags));
  return event;
}

TEST(StandinStreams, WorkWaitsUntilSomeoneWaitsForIt) {
  Floats x(1);
  Pinned h(1);
  h.data[0] = 7;
  must(fill(1, x.data(), 3, nullptr));
  must(cudaMemcpyAsync(h.data, x.data(), 4, cudaMemcpyDeviceToHost, nullptr));
  EXPECT_TRUE(std::isnan(h.data[0]));  // and what was there before is gone
  must(cudaStreamSynchronize(nullptr));
  EXPECT_EQ(h.data[0], 3);
}

TEST(StandinStreams, OneStreamKeepsItsOrder) {
  Floats x(1), y(std::vector<float>{1});
  const cudaStream_t stream = new_stream();
  must(fill(1, x.data(), 0, stream));
  for (int i = 0; i < 3000; ++i) must(launch("add", add_kernel, 1, 1, stream, 1, x.data(), y.data()));
  must(fill(1, y.data(), 2, stream));
  must(launch("add", add_kernel, 1, 1, stream, 1, x.data(), y.data()));
  EXPECT_EQ(x.host()[0], 3002);
  must(cudaStreamDestroy(stream));
}

// Of many pairs of unordered streams, some run one way and some the other.
TEST(StandinStreams, WithoutAnEventTheOrderIsOpenAndWithOneItIsNot) {
  for (const bool with_event : {false, true}) {
    int second_last = 0, rounds = 40;
    for (int i = 0; i < rounds; ++i) {
      Floats x(1);
      const cudaStream_t a = new_stream(), b = new_stream();
      const cudaEvent_t event = new_event();
      must(fill(1, x.data(), 1, a));
      must(cudaEventRecord(event, a));
      if (with_event) must(cudaStreamWaitEvent(b, event, 0));
      must(fill(1, x.data(), 2, b));
      second_last += x.host()[0] == 2;
      must(cudaEventDestroy(event));
      must(cudaStreamDestroy(a));
      must(cudaStreamDestroy(b));
    }
    if (with_event) {
      EXPECT_EQ(second_last, rounds);
    } else {
      EXPECT_GT(second_last, 5);
      EXPECT_LT(second_last, rounds - 5);
    }
  }
}

TEST(StandinStreams, AnEventMeansTheMomentItWasLastRecorded) {
  Floats x(1);
  const cudaStream_t a = new_stream(), b = new_stream();
  const cudaEvent_t event = new_event();
  must(cudaStreamWaitEvent(b, event, 0));  // never recorded: no wait
  must(cudaEventSynchronize(event));
  must(fill(1, x.data(), 1, a));
  must(cudaEventRecord(event, a));
  must(cudaEventSynchronize(event));
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
  must(fill(1, x.data(), 2, a));
  must(cudaEventRecord(event, a));
  EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
  EXPECT_EQ(cudaGetLastError(), cudaErrorNotReady);  // as on hardware
  int asked = 0;
  while (cudaEventQuery(event) == cudaErrorNotReady) ASSERT_LT(++asked, 100);
  cudaGetLastError();
  EXPECT_EQ(x.host()[0], 2);
  must(cudaEventDestroy(event));
  EXPECT_EQ(cudaEventRecord(event, a), cudaErrorInvalidResourceHandle);
  must(cudaStreamDestroy(a));
  must(cudaStreamDestroy(b));
  EXPECT_EQ(cudaStreamSynchronize(a), cudaErrorInvalidResourceHandle);
}

TEST(StandinStreams, SynchronisingOneStreamLeavesTheOtherAlone) {
  int untouched = 0;
  for (int i = 0; i < 40; ++i) {
    Floats x(1);
    Pinned h(1);
    const cudaStream_t a = new_stream(), b = new_stream();
    must(fill(1, x.data(), 1, a));
    must(cudaMemcpyAsync(h.data, x.data(), 4, cudaMemcpyDeviceToHost, a));
    must(fill(1, x.data(), 1, b));
    must(cudaStreamSynchronize(b));
    untouched += std::isnan(h.data[0]);
    must(cudaStreamDestroy(a));
    must(cudaStreamDestroy(b));
    must(cudaDeviceSynchronize());
    EXPECT_EQ(h.data[0], 1);
  }
  EXPECT_GT(untouched, 5);
  EXPECT_LT(untouched, 35);
}

TEST(StandinStreams, TheNullStreamOrdersItselfWithBlockingStreams) {
  for (int i = 0; i < 20; ++i) {
    Floats x(1);
    cudaStream_t blocking = nullptr;
    must(cudaStreamCreate(&blocking));
    must(fill(1, x.data(), 1, blocking));
    must(fill(1, x.data(), 2, nullptr));
    must(fill(1, x.data(), 3, blocking));
    float h = 0;
    must(cudaMemcpy(&h, x.data(), 4, cudaMemcpyDeviceToHost));
    EXPECT_EQ(h, 3);
    must(cudaStreamDestroy(blocking));
  }
}

TEST(StandinStreams, PageableMemoryIsStagedAndPinnedMemoryIsReadLater) {
  Floats x(2);
  Pinned pinned(1);
  std::vector<float> pageable = {1};
  pinned.data[0] = 1;
  must(cudaMemcpyAsync(x.data(), pageable.data(), 4, cudaMemcpyHostToDevice, nullptr));
  must(cudaMemcpyAsync(x.data() + 1, pinned.data, 4, cudaMemcpyHostToDevice, nullptr));
  pageable[0] = pinned.data[0] = 2;  // too early for the second
  EXPECT_EQ(x.host(), (std::vector<float>{1, 2}));
}

TEST(StandinStreams, EventsTellTheTimeUnlessToldNotTo) {
  Floats x(1 << 12);
  const cudaEvent_t start = new_event(cudaEventDefault), end = new_event(cudaEventDefault),
                    mute = new_event();
  float ms = -1;
  must(cudaEventRecord(start, nullptr));
  must(fill(1 << 12, x.data(), 1, nullptr));
  must(cudaEventRecord(end, nullptr));
  must(cudaEventRecord(mute, nullptr));
  EXPECT_EQ(cudaEventElapsedTime(&ms, start, end), cudaErrorNotReady);
  must(cudaEventSynchronize(end));
  must(cudaEventElapsedTime(&ms, start, end));
  EXPECT_GT(ms, 0);
  EXPECT_EQ(cudaEventElapsedTime(&ms, start, mute), cudaErrorInvalidResourceHandle);
  for (const cudaEvent_t e : {start, end, mute}) must(cudaEventDestroy(e));
  cudaGetLastError();
}

}  // namespace
}  // namespace dg::standin
