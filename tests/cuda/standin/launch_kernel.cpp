#include "tests/cuda/standin/launch_kernel.h"

#include <sys/mman.h>

#include <cstdint>

#include "tests/cuda/standin/device_memory.h"
#include "tests/cuda/standin/report.h"
#include "tests/cuda/standin/runtime.h"

namespace dg::standin {
namespace {

// Does the system map this address? (msync of one page changes nothing and fails where there is none.)
bool is_mapped(std::uint64_t address) {
  return msync(reinterpret_cast<void*>(address / 4096 * 4096), 4096, MS_ASYNC) == 0;
}

// A functor's members are pointers and numbers; a word that is an address of this process is a pointer.
// Counts stay below 4 GiB and floating-point numbers above the address space, so numbers are not mistaken for
// one.
bool word_is_fine(std::uint64_t word, const char* name, std::size_t argument) {
  constexpr std::uint64_t lowest = std::uint64_t{1} << 45, highest = std::uint64_t{1} << 47;
  if (word < lowest || word >= highest) return true;
  const DeviceMemory& memory = DeviceMemory::instance();
  const void* const at = reinterpret_cast<const void*>(word);
  if (memory.contains(at)) {
    if (memory.live(at, 0)) return true;
    note("argument {} of '{}' points to device memory that is not allocated", argument, name);
    return false;
  }
  if (!is_mapped(word)) return true;
  note("argument {} of '{}' points to host memory", argument, name);
  return false;
}

bool argument_is_fine(std::span<const std::byte> bytes, const char* name, std::size_t argument) {
  for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    if (!word_is_fine(word, name, argument)) return false;
  }
  return true;
}

}  // namespace

cudaError_t queue_launch(const char* name, unsigned blocks, unsigned threads, cudaStream_t stream,
                         std::span<const std::span<const std::byte>> arguments,
                         std::function<void()> thread) {
  constexpr unsigned most_blocks = 0x7FFFFFFF, most_threads = 1024;
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  const auto queue = device.find(stream);
  if (queue == nullptr) return failed(cudaErrorInvalidResourceHandle);
  if (blocks == 0 || blocks > most_blocks || threads == 0 || threads > most_threads) {
    note("'{}' was launched with {} blocks of {} threads", name, blocks, threads);
    return failed(cudaErrorInvalidConfiguration);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!argument_is_fine(arguments[i], name, i)) return failed(cudaErrorIllegalAddress);
  }
  const std::uint64_t order = device.rng.bits();
  device.enqueue(queue, name, [=] {
    Rng rng(seed(), order);
    run_grid(blocks, threads, thread, rng);
  });
  return cudaSuccess;
}

}  // namespace dg::standin
