// Memory of the CPU device, shared by its backends.
#pragma once
#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <cstring>

#include "tensor/backend.h"
#include "tensor/check.h"

namespace dg::cpu {
inline namespace DG_WIDTH {

class HostMemoryBackend : public Backend {
 public:
  // 64 bytes are a cache line, and the widest vector register. A buffer of two huge pages (2 MiB each on
  // x86-64) or more asks for those: a block of a layer's filters would touch hundreds of the usual 4 KiB
  // pages, and looking up their addresses costs more than the arithmetic.
  void* allocate(std::size_t bytes) override {
    constexpr std::size_t cache_line = 64, huge_page = std::size_t{2} << 20;
    const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : cache_line;
    const std::size_t size = (bytes + alignment - 1) / alignment * alignment;
    void* data = std::aligned_alloc(alignment, size);
    if (data == nullptr) throw OutOfMemory(fmt::format("[cpu] out of memory: {} bytes asked for", bytes));
#ifdef MADV_HUGEPAGE
    if (alignment == huge_page) madvise(data, size, MADV_HUGEPAGE);  // the system may refuse: no harm done
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
}  // namespace dg::cpu
