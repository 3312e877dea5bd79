#include "tensor/tensor.h"

#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct Fill {
  Real* out;
  Real value;
  DG_FN void operator()(std::int64_t i) const { out[i] = value; }
};

}  // namespace

void Tensor::fill(Real value) { for_each(device(), size(), Fill{data(), value}); }

Tensor Tensor::full(const Shape& shape, Real value, Device device) {
  Tensor t(shape, device);
  t.fill(value);
  return t;
}

Tensor Tensor::from(const Shape& shape, std::span<const Real> values, Device device) {
  require(static_cast<std::int64_t>(values.size()) == shape.elements(), "tensor",
          "{} needs {} values, got {}", shape.str(), shape.elements(), values.size());
  Tensor t(shape, device);
  t.set(values);
  return t;
}

Tensor Tensor::reshape(const Shape& shape) const {
  require(shape.elements() == size(), "reshape", "{} must keep the {} elements of {}", shape.str(), size(),
          shape_.str());
  Tensor t = *this;
  t.shape_ = shape;
  return t;
}

Tensor Tensor::clone() const {
  if (!defined_) return {};
  Tensor t(shape_, device());
  t.copy_from(*this);
  return t;
}

Tensor Tensor::to(Device device) const {
  return device == this->device() ? *this : from(shape_, to_vector(), device);
}

Real Tensor::item() const {
  require(defined_ && size() == 1, "item", "tensor must have exactly one element, got {}", shape_.str());
  return to_vector()[0];
}

}  // namespace DG_WIDTH
}  // namespace dg
