#include "tensor/allocator.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

#include "tensor/error.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(DG_ALLOCATOR_PASS_THROUGH)
constexpr bool pass_through = true;
#else
constexpr bool pass_through = false;
#endif

// Requests are rounded up to one of four sizes per power of two: at most 25% is lost, and similar sizes share
// buffers. The smallest step is 64 bytes, the alignment of a buffer.
std::size_t rounded(std::size_t bytes) {
  if constexpr (pass_through) return bytes;
  const std::size_t step = std::max<std::size_t>(64, std::bit_floor(bytes) / 4);
  return (bytes + step - 1) / step * step;
}

struct Cache {
  std::mutex mutex;
  // Unused buffers by rounded size. Nothing depends on the order of the sizes.
  std::unordered_map<std::size_t, std::vector<void*>> free;
  AllocatorStatistics statistics;
};

Cache& cache(Device device) {
  // Leaked on purpose: tensors with static storage may be released after any static object here is gone.
  static auto* caches = new std::array<Cache, 2>();
  return (*caches)[static_cast<std::size_t>(device)];
}

// The caller holds the cache's lock.
void release_unused(Device device, Cache& c) {
  for (auto& [size, list] : c.free) {
    for (void* data : list) backend(device).release(data);
    c.statistics.reserved -= size * list.size();
    list.clear();
  }
}

}  // namespace

void* cached_allocate(Device device, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const std::size_t size = rounded(bytes);
  Cache& c = cache(device);
  const std::lock_guard lock(c.mutex);
  void* data = nullptr;
  auto& list = c.free[size];
  if (!list.empty()) {
    data = list.back();
    list.pop_back();
  } else {
    try {
      data = backend(device).allocate(size);
    } catch (const BackendError&) {  // releasing the unused buffers may make room
      release_unused(device, c);
      data = backend(device).allocate(size);
    }
    c.statistics.reserved += size;
    ++c.statistics.system_calls;
  }
  c.statistics.in_use += size;
  c.statistics.peak_in_use = std::max(c.statistics.peak_in_use, c.statistics.in_use);
  if (pass_through && device == Device::cpu)
    std::memset(data, 0xFF, size);  // all ones is a NaN in float and double
  return data;
}

void cached_release(Device device, void* data, std::size_t bytes) noexcept {
  if (data == nullptr) return;
  const std::size_t size = rounded(bytes);
  Cache& c = cache(device);
  const std::lock_guard lock(c.mutex);
  c.statistics.in_use -= size;
  if (pass_through) {
    c.statistics.reserved -= size;
    backend(device).release(data);
  } else {
    try {
      c.free[size].push_back(data);
    } catch (const std::bad_alloc&) {  // no memory to remember it with
      c.statistics.reserved -= size;
      backend(device).release(data);
    }
  }
}

void release_cached_memory(Device device) {
  Cache& c = cache(device);
  const std::lock_guard lock(c.mutex);
  release_unused(device, c);
}

AllocatorStatistics allocator_statistics(Device device) {
  Cache& c = cache(device);
  const std::lock_guard lock(c.mutex);
  return c.statistics;
}

}  // namespace DG_WIDTH
}  // namespace dg
