// Memory of the CPU device, shared by its backends.
#pragma once
#include <cstdlib>
#include <cstring>

#include "tensor/backend.h"
#include "tensor/check.h"

namespace dg {
inline namespace DG_WIDTH {

class HostMemoryBackend : public Backend {
 public:
  void* allocate(std::size_t bytes) override {
    void* data = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (data == nullptr) throw BackendError(fmt::format("[cpu] out of memory: {} bytes asked for", bytes));
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
