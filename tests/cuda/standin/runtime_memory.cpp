// The CUDA runtime on the stand-in: memory and copies.
//
// A copy does its work when the stream comes to it. What it reads on the host it reads then, if that is
// pinned memory; pageable memory is staged during the call, as a driver does. What it writes on the host is
// garbage until then, so that reading too early shows.
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "tests/cuda/standin/device_memory.h"
#include "tests/cuda/standin/report.h"
#include "tests/cuda/standin/runtime.h"

namespace dg::standin {
namespace {

struct Pinned {
  std::map<const char*, std::size_t> ranges;  // under Device::mutex
  int reads_to_come = 0;                      // queued copies that will read pinned memory
};

Pinned& pinned() {
  static auto* const one = new Pinned;
  return *one;
}

bool is_pinned(const void* data, std::size_t bytes) {
  const auto* const first = static_cast<const char*>(data);
  auto next = pinned().ranges.upper_bound(first);
  if (next == pinned().ranges.begin()) return false;
  const auto& [start, size] = *std::prev(next);
  return first + bytes <= start + size;
}

/// Starts in pinned memory and leaves it.
bool overruns_pinned(const void* data, std::size_t bytes) {
  return is_pinned(data, 1) && !is_pinned(data, bytes);
}

cudaError_t host_side(const void* data, std::size_t bytes, const char* what) {
  if (DeviceMemory::instance().contains(data)) {
    note("copy: {} is device memory, the direction says host memory", what);
    return cudaErrorInvalidValue;
  }
  if (data == nullptr || overruns_pinned(data, bytes)) {
    note("copy: {} is not {} bytes of host memory", what, bytes);
    return cudaErrorInvalidValue;
  }
  return cudaSuccess;
}

cudaError_t check_side(bool device, const void* data, std::size_t bytes, const char* what) {
  if (!device) return host_side(data, bytes, what);
  return on_device(data, bytes, "copy", what) ? cudaSuccess : cudaErrorInvalidValue;
}

// What the copy will do when its turn comes.
std::function<void()> copy_work(void* to, const void* from, std::size_t bytes, bool to_device,
                                bool from_device) {
  if (from_device || !to_device) {
    if (!to_device && pinned().reads_to_come == 0) std::memset(to, 0xFF, bytes);
    return [=] { std::memcpy(to, from, bytes); };
  }
  if (is_pinned(from, bytes)) {
    ++pinned().reads_to_come;
    return [=] {
      std::memcpy(to, from, bytes);
      --pinned().reads_to_come;
    };
  }
  const auto* const first = static_cast<const std::byte*>(from);
  return
      [=, staged = std::vector<std::byte>(first, first + bytes)] { std::memcpy(to, staged.data(), bytes); };
}

cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream,
                 bool host_waits) {
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  const auto queue = device.find(stream);
  if (queue == nullptr) return failed(cudaErrorInvalidResourceHandle);
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) return failed(cudaErrorInvalidMemcpyDirection);
  if (bytes == 0) return cudaSuccess;
  bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice,
       from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (kind == cudaMemcpyDefault) {
    to_device = DeviceMemory::instance().contains(to);
    from_device = DeviceMemory::instance().contains(from);
  }
  for (const cudaError_t status :
       {check_side(to_device, to, bytes, "the target"), check_side(from_device, from, bytes, "the source")}) {
    if (status != cudaSuccess) return failed(status);
  }
  if (!to_device && !from_device) {  // fully synchronous
    device.finish(*queue);
    std::memmove(to, from, bytes);
    return cudaSuccess;
  }
  device.enqueue(queue, "copy", copy_work(to, from, bytes, to_device, from_device));
  if (host_waits && !(to_device && from_device)) device.finish(*queue);
  return cudaSuccess;
}

cudaError_t set(void* data, int value, std::size_t bytes, cudaStream_t stream) {
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  const auto queue = device.find(stream);
  if (queue == nullptr) return failed(cudaErrorInvalidResourceHandle);
  if (!on_device(data, bytes, "memset", "the target")) return failed(cudaErrorInvalidValue);
  if (bytes != 0) device.enqueue(queue, "memset", [=] { std::memset(data, value, bytes); });
  return cudaSuccess;
}

}  // namespace
}  // namespace dg::standin

using namespace dg::standin;

extern "C" {

cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  const std::lock_guard lock(Device::instance().mutex);
  *data = nullptr;
  if (bytes == 0) return cudaSuccess;
  *data = DeviceMemory::instance().allocate(bytes);
  return *data != nullptr ? cudaSuccess : failed(cudaErrorMemoryAllocation);
}

// On hardware this waits for the work that uses the memory; here that work keeps its right to it.
cudaError_t cudaFree(void* data) {
  if (data == nullptr) return cudaSuccess;
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  if (!DeviceMemory::instance().release(data, device.next_number())) {
    note("cudaFree: {} is not the start of a live allocation", fmt::ptr(data));
    return failed(cudaErrorInvalidValue);
  }
  if (device.idle()) DeviceMemory::instance().forget_released();
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const std::lock_guard lock(Device::instance().mutex);
  *total = DeviceMemory::total;
  *free = DeviceMemory::total - DeviceMemory::instance().in_use();
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** data, std::size_t bytes) {
  const std::lock_guard lock(Device::instance().mutex);
  *data = nullptr;
  if (bytes == 0) return cudaSuccess;
  *data = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (*data == nullptr) return failed(cudaErrorMemoryAllocation);
  std::memset(*data, 0xFF, bytes);
  pinned().ranges.emplace(static_cast<const char*>(*data), bytes);
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned) { return cudaMallocHost(data, bytes); }

cudaError_t cudaFreeHost(void* data) {
  if (data == nullptr) return cudaSuccess;
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  if (pinned().ranges.erase(static_cast<const char*>(data)) == 0) {
    note("cudaFreeHost: {} is not the start of pinned memory", fmt::ptr(data));
    return failed(cudaErrorInvalidValue);
  }
  device.finish_all();
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return copy(to, from, bytes, kind, stream, false);
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return copy(to, from, bytes, kind, nullptr, true);
}

cudaError_t cudaMemsetAsync(void* data, int value, std::size_t bytes, cudaStream_t stream) {
  return set(data, value, bytes, stream);
}

cudaError_t cudaMemset(void* data, int value, std::size_t bytes) { return set(data, value, bytes, nullptr); }

}  // extern "C"
