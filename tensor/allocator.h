// A caching allocator per device. Training steps ask for the same sizes again and again, so after the first
// step every buffer comes from the free lists and the system sees no allocation (otherwise page faults alone
// cost over 20% of a step). Under AddressSanitizer, and with DG_ALLOCATOR_PASS_THROUGH, every request goes
// straight to the system and is filled with NaN, so that overruns and reads of stale memory show.
#pragma once
#include <cstddef>

#include "tensor/backend.h"

namespace dg {
inline namespace DG_WIDTH {

struct AllocatorStatistics {
  std::size_t reserved = 0;      // bytes taken from the system
  std::size_t in_use = 0;        // bytes handed out now
  std::size_t peak_in_use = 0;   // highest value of in_use since the start
  std::size_t system_calls = 0;  // allocations that went to the system
};

/// Uninitialised memory of at least `bytes` (nullptr for 0), aligned to 64 bytes. Thread-safe. When the
/// system has no more, unused buffers are given back to it before BackendError is thrown.
void* cached_allocate(Device device, std::size_t bytes);
/// Gives back memory of cached_allocate(device, bytes).
void cached_release(Device device, void* data, std::size_t bytes) noexcept;
/// Returns every unused buffer to the system.
void release_cached_memory(Device device);
AllocatorStatistics allocator_statistics(Device device);

/// Uninitialised elements that live as long as this object, such as the partial results of a reduction.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t size, Device device = Device::cpu)
      : device_(device),
        bytes_(static_cast<std::size_t>(size) * sizeof(T)),
        data_(static_cast<T*>(cached_allocate(device, bytes_))) {}
  ~Scratch() { cached_release(device_, data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() const { return data_; }

 private:
  Device device_;
  std::size_t bytes_;
  T* data_;
};

}  // namespace DG_WIDTH
}  // namespace dg
