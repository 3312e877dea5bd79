// The memory of the stand-in for a GPU: host memory that the host may not touch.
//
//   | earlier | border | data of one allocation | border | guard page | next ...
//
// * Every address range is handed out once. It is PROT_NONE until a piece of device work touches it: the
// fault
//   handler then opens it, after a look at who is touching; when the device rests, all is closed again. So
//   host code that reads device memory is caught, and so is work that was given to the device after the
//   release of what it touches.
// * Fresh data is all ones: NaN in float and double, -1 in integers. The borders, down to the page and up to
//   256 bytes, hold another NaN and are compared after every piece of work; behind them is a page nobody may
//   touch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace dg::standin {

/// What the device does right now on this thread; null while the host has the word.
struct Work {
  const char* name;
  std::uint64_t number;  // in the order in which work was given to the device
};

class DeviceMemory {
 public:
  static constexpr std::size_t total = std::size_t{80} << 30;  // bytes the described card has
  static DeviceMemory& instance();

  /// nullptr when more than `total` would be in use.
  void* allocate(std::size_t bytes);
  /// Later work may not touch `data`; work with a number below `next_number` still may. False for a pointer
  /// that is not the start of a live allocation.
  bool release(void* data, std::uint64_t next_number);
  /// Gives released ranges back to the system. No work may be waiting.
  void forget_released();

  bool contains(const void* at) const { return at >= base_ && at < base_ + reach; }
  /// All of [at, at + bytes) lies in one live allocation.
  bool live(const void* at, std::size_t bytes) const;
  std::size_t in_use() const { return in_use_; }

  /// Around every piece of work, on the thread that does it.
  void begin(const Work& work);
  void end();
  /// The device rests: nothing can be touched any more.
  void close();
  /// Called by the fault handler. False when `at` is not device memory.
  bool fault(const void* at);

 private:
  struct Allocation {
    char *first, *data;       // accessible from `first` (a page's start) ...
    std::size_t bytes, room;  // ... for `room` bytes; `data` are its own
    std::uint64_t freed_at = std::numeric_limits<std::uint64_t>::max();
    bool open = false, filled = false;
  };
  static constexpr std::size_t reach = std::size_t{1} << 40;  // addresses, not memory
  DeviceMemory();
  Allocation* find(const void* at);
  const Allocation* find(const void* at) const { return const_cast<DeviceMemory*>(this)->find(at); }
  static void open(Allocation& a);
  static void shut(Allocation& a);
  static void check_borders(const Allocation& a, const char* name);

  char* base_ = nullptr;
  std::size_t top_ = 0, in_use_ = 0;
  std::map<const char*, Allocation> allocations_;  // by `first`
  std::vector<Allocation*> open_, released_;
};

}  // namespace dg::standin
