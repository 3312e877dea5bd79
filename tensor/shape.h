// Sizes of a tensor: at most four axes; images are [batch, height, width, channels] (NHWC), contiguous.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace dg {

class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  /// Throws Error when a size is negative or there are more than four.
  Shape(std::initializer_list<std::int64_t> sizes);

  int rank() const { return rank_; }
  /// Size of `axis`; negative axes count from the last.
  std::int64_t operator[](int axis) const {
    return sizes_[static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis)];
  }
  /// Product of the sizes; 1 for a scalar (rank 0).
  std::int64_t elements() const;
  /// Size of the last axis (1 for a scalar) and the product of all the others: a tensor seen as a matrix of
  /// rows.
  std::int64_t columns() const { return rank_ == 0 ? 1 : (*this)[-1]; }
  std::int64_t rows() const;
  /// "[2, 3, 4]"
  std::string str() const;

  bool operator==(const Shape&) const = default;

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

}  // namespace dg
