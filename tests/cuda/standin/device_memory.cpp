#include "tests/cuda/standin/device_memory.h"

#include <sys/mman.h>

#include <array>
#include <csignal>
#include <cstring>

#include "tests/cuda/standin/report.h"

namespace dg::standin {
namespace {

constexpr std::size_t page = 4096, alignment = 256;                  // cudaMalloc promises 256
constexpr unsigned char border_bytes[4] = {0x5B, 0xFA, 0xFF, 0xFF};  // a NaN, and not the one of fresh memory

thread_local const Work* working = nullptr;
struct sigaction earlier_handler;

// The border's pattern by address modulo 4, long enough for any border.
const char* border_pattern(const char* at) {
  static const auto pattern = [] {
    std::array<char, page + alignment + 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(border_bytes[i % 4]);
    return bytes;
  }();
  return pattern.data() + reinterpret_cast<std::uintptr_t>(at) % 4;
}

void on_fault(int, siginfo_t* info, void*) {
  if (DeviceMemory::instance().fault(info->si_addr)) return;
  if (working != nullptr) {
    report("'{}' touched {}, which is not device memory", working->name, fmt::ptr(info->si_addr));
  }
  sigaction(SIGSEGV, &earlier_handler,
            nullptr);  // not ours: the instruction is tried again and fails as usual
}

}  // namespace

DeviceMemory& DeviceMemory::instance() {
  static auto* const one = new DeviceMemory;  // leaked: tensors with static storage release theirs late
  return *one;
}

DeviceMemory::DeviceMemory() {
  void* const base = mmap(nullptr, reach, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) report("no address space for the memory of the device");
  base_ = static_cast<char*>(base);
  open_.reserve(1 << 16);  // the fault handler must not allocate
  border_pattern(base_);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, &earlier_handler);
}

void* DeviceMemory::allocate(std::size_t bytes) {
  const std::size_t padded = (bytes + alignment - 1) / alignment * alignment;
  const std::size_t room = (padded + page - 1) / page * page;
  if (bytes > total || in_use_ + bytes > total) return nullptr;
  if (top_ + room + page > reach) report("all addresses of the device were handed out once");
  Allocation a{.first = base_ + top_, .data = nullptr, .bytes = bytes, .room = room};
  a.data = a.first + room - padded;
  top_ += room + page;
  in_use_ += bytes;
  allocations_.emplace(a.first, a);
  return a.data;
}

bool DeviceMemory::release(void* data, std::uint64_t next_number) {
  Allocation* const a = contains(data) ? find(data) : nullptr;
  if (a == nullptr || a->data != data || a->freed_at <= next_number) return false;
  a->freed_at = next_number;
  in_use_ -= a->bytes;
  released_.push_back(a);
  return true;
}

void DeviceMemory::forget_released() {
  for (Allocation* a : released_) {
    mmap(a->first, a->room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    allocations_.erase(a->first);
  }
  released_.clear();
}

DeviceMemory::Allocation* DeviceMemory::find(const void* at) {
  auto next = allocations_.upper_bound(static_cast<const char*>(at));
  return next == allocations_.begin() ? nullptr : &std::prev(next)->second;
}

bool DeviceMemory::live(const void* at, std::size_t bytes) const {
  const auto* const first = static_cast<const char*>(at);
  const Allocation* const a = contains(at) ? find(at) : nullptr;
  return a != nullptr && a->freed_at == std::numeric_limits<std::uint64_t>::max() && first >= a->data &&
         first <= a->data + a->bytes && bytes <= static_cast<std::size_t>(a->data + a->bytes - first);
}

void DeviceMemory::open(Allocation& a) {
  mprotect(a.first, a.room, PROT_READ | PROT_WRITE);
  a.open = true;
  if (a.filled) return;
  std::memset(a.data, 0xFF, a.bytes);
  char* const behind = a.data + a.bytes;
  std::memcpy(a.first, border_pattern(a.first), static_cast<std::size_t>(a.data - a.first));
  std::memcpy(behind, border_pattern(behind), static_cast<std::size_t>(a.first + a.room - behind));
  a.filled = true;
}

void DeviceMemory::shut(Allocation& a) {
  mprotect(a.first, a.room, PROT_NONE);
  a.open = false;
}

void DeviceMemory::check_borders(const Allocation& a, const char* name) {
  const char* const behind = a.data + a.bytes;
  if (std::memcmp(a.first, border_pattern(a.first), static_cast<std::size_t>(a.data - a.first)) != 0) {
    report("'{}' wrote before the start of an allocation of {} bytes", name, a.bytes);
  }
  if (std::memcmp(behind, border_pattern(behind), static_cast<std::size_t>(a.first + a.room - behind)) != 0) {
    report("'{}' wrote past the end of an allocation of {} bytes", name, a.bytes);
  }
}

void DeviceMemory::begin(const Work& work) {
  std::erase_if(open_, [&](Allocation* a) {
    if (a->freed_at > work.number) return false;
    shut(*a);
    return true;
  });
  working = &work;
}

void DeviceMemory::end() {
  for (const Allocation* a : open_) check_borders(*a, working->name);
  working = nullptr;
}

void DeviceMemory::close() {
  for (Allocation* a : open_) shut(*a);
  open_.clear();
}

bool DeviceMemory::fault(const void* at) {
  if (!contains(at)) return false;
  Allocation* const a = find(at);
  const std::ptrdiff_t offset = a == nullptr ? 0 : static_cast<const char*>(at) - a->data;
  if (working == nullptr) {
    if (a == nullptr) report("the host touched device memory that was never handed out");
    report("the host touched device memory, byte {} of an allocation of {} bytes", offset, a->bytes);
  }
  if (a == nullptr || static_cast<const char*>(at) >= a->first + a->room) {
    report("'{}' touched device memory that is not allocated: byte {} of an allocation of {} bytes",
           working->name, offset, a == nullptr ? 0 : a->bytes);
  }
  if (a->freed_at <= working->number) {
    report("'{}' touched byte {} of an allocation of {} bytes after its release", working->name, offset,
           a->bytes);
  }
  if (a->open) report("'{}' cannot open the memory it touches", working->name);
  if (open_.size() == open_.capacity()) report("too many allocations in use at once");
  open(*a);
  open_.push_back(a);
  return true;
}

}  // namespace dg::standin
