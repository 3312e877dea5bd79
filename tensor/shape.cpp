#include "tensor/shape.h"

#include <fmt/ranges.h>

#include "tensor/check.h"

namespace dg {

Shape::Shape(std::initializer_list<std::int64_t> sizes) : rank_(static_cast<int>(sizes.size())) {
  require(sizes.size() <= max_rank, "shape", "rank must be at most {}, got {}", max_rank, sizes.size());
  std::size_t axis = 0;
  for (const std::int64_t size : sizes) {
    require(size >= 0, "shape", "sizes must be >= 0, got [{}]", fmt::join(sizes, ", "));
    sizes_[axis++] = size;
  }
}

std::int64_t Shape::elements() const {
  std::int64_t n = 1;
  for (int axis = 0; axis < rank_; ++axis) n *= (*this)[axis];
  return n;
}

std::int64_t Shape::rows() const {
  std::int64_t n = 1;
  for (int axis = 0; axis + 1 < rank_; ++axis) n *= (*this)[axis];
  return n;
}

std::string Shape::str() const {
  return fmt::format("[{}]", fmt::join(sizes_.begin(), sizes_.begin() + rank_, ", "));
}

}  // namespace dg
