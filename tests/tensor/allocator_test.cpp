// What the allocator does when the device has no more memory: a device with a few kilobytes.
#include "tensor/allocator.h"

#include <gtest/gtest.h>

#include <map>

#include "error_text.h"
#include "tensor/cpu/host_memory.h"

namespace dg {
namespace {

// Serves Device::cpu for as long as it lives, with `budget` bytes of memory and nothing to compute with.
class SmallMemory final : public cpu::HostMemoryBackend {
 public:
  explicit SmallMemory(std::size_t budget) : budget_(budget) {
    release_cached_memory(Device::cpu);  // what other tests left belongs to the backend before
    use_cpu_backend(*this);
  }
  ~SmallMemory() override {
    release_cached_memory(Device::cpu);
    EXPECT_TRUE(sizes_.empty()) << "memory was not given back";
    use_cpu_backend(fast_cpu_backend());
  }

  const char* name() const override { return "small memory"; }
  void* allocate(std::size_t bytes) override {
    ++requests;
    if (used + bytes > budget_)
      throw BackendError("[small memory] " + std::to_string(bytes) + " bytes refused");
    void* data = HostMemoryBackend::allocate(bytes);
    sizes_[data] = bytes;
    used += bytes;
    return data;
  }
  void release(void* data) override {
    used -= sizes_.at(data);
    sizes_.erase(data);
    HostMemoryBackend::release(data);
  }
  void gemm(const Gemm&) override { FAIL(); }
  void conv_forward(const ConvGeometry&, const Real*, const Real*, const Real*, Real*) override { FAIL(); }
  void conv_backward_input(const ConvGeometry&, const Real*, const Real*, Real*) override { FAIL(); }
  void conv_backward_weight(const ConvGeometry&, const Real*, const Real*, Real*) override { FAIL(); }

  std::size_t used = 0;
  int requests = 0;  // refused ones too

 private:
  std::size_t budget_;
  std::map<void*, std::size_t> sizes_;
};

bool caches() {
  const std::size_t before = allocator_statistics(Device::cpu).reserved;
  cached_release(Device::cpu, cached_allocate(Device::cpu, 64), 64);
  const bool kept = allocator_statistics(Device::cpu).reserved > before;
  release_cached_memory(Device::cpu);
  return kept;
}

class Allocator : public testing::Test {
 protected:
  // Sizes that the allocator does not round.
  static void* take(std::size_t bytes) { return cached_allocate(Device::cpu, bytes); }
  static void give(void* data, std::size_t bytes) { cached_release(Device::cpu, data, bytes); }
};

TEST_F(Allocator, UnusedBuffersMakeRoomForAnotherSize) {
  SmallMemory memory(4096);
  if (!caches()) GTEST_SKIP() << "the allocator passes every request through";
  void* used = take(1024);
  void *a = take(1024), *b = take(2048);
  give(a, 1024);
  give(b, 2048);
  EXPECT_EQ(memory.used, 4096u) << "the cache holds them";
  memory.requests = 0;
  void* large = take(3072);
  EXPECT_EQ(memory.requests, 2) << "refused once, then served";
  EXPECT_EQ(memory.used, 4096u) << "what is in use stays";
  const AllocatorStatistics s = allocator_statistics(Device::cpu);
  EXPECT_EQ(s.reserved, s.in_use);
  give(large, 3072);
  give(used, 1024);
  memory.requests = 0;
  EXPECT_EQ(take(3072), large) << "the cache goes on";
  EXPECT_EQ(memory.requests, 0);
  give(large, 3072);
}

TEST_F(Allocator, ASecondRefusalIsPassedOnAndChangesNothing) {
  SmallMemory memory(4096);
  void* used = take(1024);
  give(take(2048), 2048);
  const AllocatorStatistics before = allocator_statistics(Device::cpu);
  memory.requests = 0;
  EXPECT_EQ(error_text<BackendError>([] { take(8192); }), "[small memory] 8192 bytes refused");
  EXPECT_EQ(memory.requests, 2);
  EXPECT_EQ(memory.used, 1024u);
  const AllocatorStatistics after = allocator_statistics(Device::cpu);
  EXPECT_EQ(after.in_use, before.in_use);
  EXPECT_EQ(after.peak_in_use, before.peak_in_use);
  EXPECT_EQ(after.system_calls, before.system_calls);
  EXPECT_EQ(after.reserved, after.in_use);
  // As if nothing had been: sizes that fit are served, kept and served again.
  void* next = take(2048);
  give(next, 2048);
  void* again = take(2048);
  EXPECT_EQ(allocator_statistics(Device::cpu).in_use, before.in_use + 2048);
  give(again, 2048);
  give(used, 1024);
}

}  // namespace
}  // namespace dg
