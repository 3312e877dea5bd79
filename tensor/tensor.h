// Value handles on shared device buffers. Array<T> is a plain typed buffer (labels, indices, images,
// statistics); Tensor is an Array<Real> with a shape, contiguous. Copying a handle shares the buffer; `clone`
// copies the numbers. Tensors know nothing of gradients (see autograd/var.h).
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "tensor/allocator.h"
#include "tensor/check.h"
#include "tensor/device.h"
#include "tensor/real.h"
#include "tensor/shape.h"

namespace dg {
inline namespace DG_WIDTH {

template <class T>
class Array {
 public:
  Array() = default;
  /// `size` uninitialised elements on `device`.
  explicit Array(std::int64_t size, Device device = Device::cpu)
      : data_(static_cast<T*>(cached_allocate(device, bytes_of(size))),
              [device, size](T* p) { cached_release(device, p, bytes_of(size)); }),
        size_(size),
        device_(device) {}
  /// A copy of host values on `device`.
  static Array from(std::span<const T> values, Device device = Device::cpu) {
    Array a(static_cast<std::int64_t>(values.size()), device);
    a.set(values);
    return a;
  }

  std::int64_t size() const { return size_; }
  Device device() const { return device_; }
  /// Device address of the first element. The host may use it only when device() is cpu.
  T* data() const { return data_.get(); }
  /// How many handles share the buffer: Arrays and Tensors, reshaped ones too.
  long owners() const { return data_.use_count(); }

  /// Copies to the host.
  std::vector<T> to_vector() const {
    std::vector<T> values(static_cast<std::size_t>(size_));
    if (size_ > 0) backend(device_).copy_to_host(values.data(), data(), bytes_of(size_));
    return values;
  }
  /// Overwrites all elements with host values.
  void set(std::span<const T> values) {
    require(static_cast<std::int64_t>(values.size()) == size_, "array", "set needs {} values, got {}", size_,
            values.size());
    if (size_ > 0) backend(device_).copy_from_host(data(), values.data(), bytes_of(size_));
  }
  /// Overwrites all elements with those of another array of the same size and device.
  void copy_from(const Array& other) {
    require(other.size_ == size_ && other.device_ == device_, "array",
            "copy_from needs {} elements on {}, got {} on {}", size_, name(device_), other.size_,
            name(other.device_));
    if (size_ > 0) backend(device_).copy(data(), other.data(), bytes_of(size_));
  }

 private:
  static std::size_t bytes_of(std::int64_t size) { return static_cast<std::size_t>(size) * sizeof(T); }

  std::shared_ptr<T> data_;
  std::int64_t size_ = 0;
  Device device_ = Device::cpu;
};

class Tensor {
 public:
  /// No tensor at all: `defined()` is false. Used for "no gradient" and "no bias".
  Tensor() = default;
  /// Uninitialised numbers.
  explicit Tensor(const Shape& shape, Device device = Device::cpu)
      : array_(shape.elements(), device), shape_(shape), defined_(true) {}
  static Tensor full(const Shape& shape, Real value, Device device = Device::cpu);
  static Tensor zeros(const Shape& shape, Device device = Device::cpu) { return full(shape, 0, device); }
  /// Throws Error unless there are exactly shape.elements() values.
  static Tensor from(const Shape& shape, std::span<const Real> values, Device device = Device::cpu);
  static Tensor scalar(Real value, Device device = Device::cpu) { return full({}, value, device); }

  bool defined() const { return defined_; }
  const Shape& shape() const { return shape_; }
  std::int64_t size() const { return array_.size(); }
  Device device() const { return array_.device(); }
  Real* data() const { return array_.data(); }
  const Array<Real>& array() const { return array_; }
  /// True when no other handle shares the buffer: an operation may overwrite it.
  bool sole_owner() const { return array_.owners() == 1; }

  /// The same numbers under another shape of equally many elements.
  Tensor reshape(const Shape& shape) const;
  /// A copy of the numbers in a buffer of its own.
  Tensor clone() const;
  /// The same tensor if it is there already, otherwise a copy on `device`.
  Tensor to(Device device) const;
  void copy_from(const Tensor& other) { array_.copy_from(other.array_); }
  void fill(Real value);
  std::vector<Real> to_vector() const { return array_.to_vector(); }
  void set(std::span<const Real> values) { array_.set(values); }
  /// The only element. Throws Error unless there is exactly one.
  Real item() const;

 private:
  Array<Real> array_;
  Shape shape_;
  bool defined_ = false;
};

}  // namespace DG_WIDTH
}  // namespace dg
