// Numbers on their way between host and device while both go on working. On a CPU these are plain copies.
#pragma once
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

/// Host memory the device can reach by itself (pinned); grows, never shrinks.
class PinnedBuffer {
 public:
  explicit PinnedBuffer(Device device) : device_(device) {}
  ~PinnedBuffer();
  PinnedBuffer(PinnedBuffer&& other) noexcept;
  PinnedBuffer& operator=(PinnedBuffer&&) = delete;
  /// At least `bytes`; what was in it is lost when it has to grow.
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
  bool reached() const { return backend(device_).reached(mark_); }
  void wait() const { backend(device_).wait_for(mark_); }
  void* handle() const { return mark_; }

 private:
  Device device_;
  void* mark_;
};

/// Host -> device, one message a step: while the device still works on step t, the numbers of step t + 1
/// travel. Two buffers take turns; a message is overwritten no sooner than the work on it is done.
template <class T>
class Upload {
 public:
  explicit Upload(Device device) : device_(device) {
    slots_.emplace_back(device);
    slots_.emplace_back(device);
  }
  /// The values on the device, for work given to it from now on and until the next call but one.
  Array<T> send(std::span<const T> values) {
    if (device_ == Device::cpu || values.empty()) return Array<T>::from(values, device_);
    slots_[now_].used.set();  // all work on the last message has been given to the device by now
    now_ = 1 - now_;
    Slot& slot = slots_[now_];
    slot.arrived.wait();  // the copy before last has long left the pinned buffer
    std::memcpy(slot.pinned.reserve(values.size_bytes()), values.data(), values.size_bytes());
    if (slot.on_device.size() != static_cast<std::int64_t>(values.size())) {
      slot.on_device = Array<T>(static_cast<std::int64_t>(values.size()), device_);
      slot.used.set();  // whoever had this memory until now
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

/// Device -> host, several arrays at a time: `start`, `add` each, `finish`; then, once ready(), read them.
class Download {
 public:
  explicit Download(Device device) : device_(device), pinned_(device), done_(device) {}
  /// Forgets the last messages. `bytes`: room for everything that will be added, with 8 to spare for each.
  void start(std::size_t bytes);
  /// The array may be released at once. Returns where its copy will be found.
  template <class T>
  std::span<const T> add(const Array<T>& array) {
    const std::size_t bytes = static_cast<std::size_t>(array.size()) * sizeof(T);
    return {reinterpret_cast<const T*>(copy(array.data(), bytes, array.device())),
            static_cast<std::size_t>(array.size())};
  }
  void finish() { done_.set(); }
  bool ready() const { return done_.reached(); }
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
