// Copies between host and device that run while both go on working. On a CPU they are plain copies.
#pragma once
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

/// Host memory that the device can reach by itself (pinned). It grows and never shrinks.
class PinnedBuffer {
 public:
  explicit PinnedBuffer(Device device) : device_(device) {}
  ~PinnedBuffer();
  PinnedBuffer(PinnedBuffer&& other) noexcept;
  PinnedBuffer& operator=(PinnedBuffer&&) = delete;
  /// At least `bytes`. Its contents are lost when it has to grow.
  std::byte* reserve(std::size_t bytes);
  std::byte* data() const { return data_; }

 private:
  Device device_;
  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
};

/// A moment in the device's work (see Backend::make_mark).
class Mark {
 public:
  explicit Mark(Device device) : device_(device), mark_(backend(device).make_mark()) {}
  ~Mark();
  Mark(Mark&& other) noexcept;
  Mark& operator=(Mark&&) = delete;
  void set() { backend(device_).set_mark(mark_); }
  void wait() const { backend(device_).wait_for(mark_); }
  void* handle() const { return mark_; }

 private:
  Device device_;
  void* mark_;
};

/// Host -> device, one message a step: while the device still works on step t, the numbers of step t + 1 are
/// copied. Two buffers take turns; a message is overwritten only when the work on it is done.
template <class T>
class Upload {
 public:
  explicit Upload(Device device) : device_(device) {
    slots_.emplace_back(device);
    slots_.emplace_back(device);
  }
  /// The values on the device, for work that is given to it from now on until the next call but one.
  Array<T> send(std::span<const T> values) {
    if (device_ == Device::cpu || values.empty()) return Array<T>::from(values, device_);
    slots_[now_].used.set();  // all work on the last message has been given to the device by now
    now_ = 1 - now_;
    Slot& slot = slots_[now_];
    slot.arrived.wait();  // until the copy before last has left the pinned buffer, normally long ago
    std::memcpy(slot.pinned.reserve(values.size_bytes()), values.data(), values.size_bytes());
    if (slot.on_device.size() != static_cast<std::int64_t>(values.size())) {
      slot.on_device = Array<T>(static_cast<std::int64_t>(values.size()), device_);
      slot.used.set();  // the memory may come from the allocator's cache: after the work of its last user
    }
    backend(device_).upload(slot.on_device.data(), slot.pinned.data(), values.size_bytes(),
                            slot.used.handle(), slot.arrived.handle());
    return slot.on_device;
  }

 private:
  struct Slot {
    explicit Slot(Device device) : pinned(device), arrived(device), used(device) {}
    PinnedBuffer pinned;
    Array<T> on_device;
    Mark arrived, used;
  };
  Device device_;
  std::vector<Slot> slots_;
  std::size_t now_ = 0;
};

/// Device -> host, several arrays at a time: `start`, `add` for each array, `finish`; then `wait` and read.
class Download {
 public:
  explicit Download(Device device) : device_(device), pinned_(device), done_(device) {}
  /// Forgets the last message. `bytes` is the room for everything that will be added, plus 8 for each array:
  /// each copy starts at a multiple of 8 bytes.
  void start(std::size_t bytes);
  /// Where the copy of `array` will be found. The array itself may be released at once.
  template <class T>
  std::span<const T> add(const Array<T>& array) {
    const std::size_t bytes = static_cast<std::size_t>(array.size()) * sizeof(T);
    return {reinterpret_cast<const T*>(copy(array.data(), bytes, array.device())),
            static_cast<std::size_t>(array.size())};
  }
  void finish() { done_.set(); }
  void wait() const { done_.wait(); }

 private:
  const std::byte* copy(const void* from, std::size_t bytes, Device device);

  Device device_;
  PinnedBuffer pinned_;
  Mark done_;
  std::size_t capacity_ = 0, used_ = 0;
};

}  // namespace DG_WIDTH
}  // namespace dg
