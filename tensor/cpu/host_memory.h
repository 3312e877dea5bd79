// Memory of the CPU device, shared by its backends.
#pragma once
#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <cstring>

#include "tensor/backend.h"
#include "tensor/check.h"

namespace dg {
inline namespace DG_WIDTH {

class HostMemoryBackend : public Backend {
 public:
  // Large buffers ask for the system's huge pages: a block of a layer's filters touches hundreds of small
  // ones, and looking those up costs more than the arithmetic.
  void* allocate(std::size_t bytes) override {
    constexpr std::size_t huge_page = std::size_t{2} << 20;
    const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : 64;
    const std::size_t size = (bytes + alignment - 1) / alignment * alignment;
    void* data = std::aligned_alloc(alignment, size);
    if (data == nullptr) throw BackendError(fmt::format("[cpu] out of memory: {} bytes asked for", bytes));
#ifdef MADV_HUGEPAGE
    if (alignment == huge_page) madvise(data, size, MADV_HUGEPAGE);  // a wish; may be refused
#endif
    return data;
  }
  void release(void* data) override { std::free(data); }
  void copy_to_host(void* host, const void* device, std::size_t bytes) override {
    std::memcpy(host, device, bytes);
  }
  void copy_from_host(void* device, const void* host, std::size_t bytes) override {
    std::memcpy(device, host, bytes);
  }
  void copy(void* to, const void* from, std::size_t bytes) override { std::memcpy(to, from, bytes); }
};

}  // namespace DG_WIDTH
}  // namespace dg
