#include "tensor/transfer.h"

#include <utility>

namespace dg {
inline namespace DG_WIDTH {

PinnedBuffer::~PinnedBuffer() {
  if (data_ != nullptr) backend(device_).release_pinned(data_);
}

PinnedBuffer::PinnedBuffer(PinnedBuffer&& other) noexcept
    : device_(other.device_),
      data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)) {}

std::byte* PinnedBuffer::reserve(std::size_t bytes) {
  if (bytes > capacity_) {
    if (data_ != nullptr) backend(device_).release_pinned(std::exchange(data_, nullptr));
    capacity_ = 0;
    data_ = static_cast<std::byte*>(backend(device_).allocate_pinned(bytes));
    capacity_ = bytes;
  }
  return data_;
}

Mark::~Mark() {
  if (mark_ != nullptr) backend(device_).release_mark(mark_);
}

Mark::Mark(Mark&& other) noexcept : device_(other.device_), mark_(std::exchange(other.mark_, nullptr)) {}

void Download::start(std::size_t bytes) {
  pinned_.reserve(bytes);
  capacity_ = bytes;
  used_ = 0;
}

const std::byte* Download::copy(const void* from, std::size_t bytes, Device device) {
  require(device == device_, "download", "array must be on {}, got {}", name(device_), name(device));
  require(used_ + bytes <= capacity_, "download", "room for {} bytes was asked for, got {} more than that",
          capacity_, used_ + bytes - capacity_);
  std::byte* const to = pinned_.data() + used_;
  if (bytes > 0) backend(device_).download(to, from, bytes);
  used_ += (bytes + 7) / 8 * 8;
  return to;
}

}  // namespace DG_WIDTH
}  // namespace dg
