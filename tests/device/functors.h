// Plain functors for tensor/parallel.h, one function each. functors.cpp is device code: where the device is a
// GPU, it is compiled like a source of the framework.
#pragma once
#include "tensor/tensor.h"

namespace dg::test {

/// out_i = 2 x_i + i
Tensor twice_plus_index(const Tensor& x);
/// out[row, col] = x[row, col] + 1000 row + col
Tensor plus_position(const Tensor& x);

/// What a reduction saw: accumulators of several types in one struct.
struct Seen {
  std::int64_t sum = 0;    // of row * cols + col + 1
  double weighted = 0;     // of x
  float highest = -1e30f;  // and where it is; the lowest place when shared
  std::int32_t where = -1;
  bool operator==(const Seen&) const = default;
};
struct Reduced {
  Array<Seen> seen;            // per row, or per column
  Array<std::int32_t> visits;  // [rows * cols]: how often map was called there
};
/// `visits` must hold 0 before.
Reduced reduce_each_row(const Tensor& x, Array<std::int32_t> visits);
Reduced reduce_each_column(const Tensor& x, Array<std::int32_t> visits);

/// random_bits(seed, stream, first + i)
Array<std::uint64_t> random_bits_on(Device device, std::uint64_t seed, std::uint64_t stream,
                                    std::uint64_t first, std::int64_t n);
/// to_uniform of them
Array<double> uniforms_on(Device device, std::uint64_t seed, std::uint64_t stream, std::uint64_t first,
                          std::int64_t n);
/// exp_of(x_i)
Tensor exponentials(const Tensor& x);

}  // namespace dg::test
