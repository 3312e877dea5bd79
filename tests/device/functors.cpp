#include "device/functors.h"

#include "tensor/math.h"
#include "tensor/parallel.h"
#include "tensor/rng.h"

namespace dg::test {
namespace {

struct TwicePlusIndex {
  Real* out;
  const Real* x;
  DG_FN void operator()(std::int64_t i) const { out[i] = 2 * x[i] + static_cast<Real>(i); }
};

struct PlusPosition {
  Real* out;
  const Real* x;
  std::int64_t cols;
  DG_FN void operator()(std::int64_t row, std::int64_t col) const {
    out[row * cols + col] = x[row * cols + col] + static_cast<Real>(1000 * row + col);
  }
};

template <bool by_row>
struct Look {
  Seen* out;
  std::int32_t* visits;
  const Real* x;
  std::int64_t cols;
  struct Fold {
    using Acc = Seen;
    DG_FN static Acc identity() { return {}; }
    DG_FN static Acc combine(Acc p, Acc q) {
      const bool first = p.highest > q.highest || (p.highest == q.highest && q.where < 0) ||
                         (p.highest == q.highest && p.where >= 0 && p.where < q.where);
      return {p.sum + q.sum, p.weighted + q.weighted, first ? p.highest : q.highest,
              first ? p.where : q.where};
    }
  };
  DG_FN Seen map(std::int64_t row, std::int64_t col) const {
    const std::int64_t i = row * cols + col;
    visits[i] += 1;
    return {i + 1, x[i], x[i], static_cast<std::int32_t>(by_row ? col : row)};
  }
  DG_FN void finish(std::int64_t i, Seen seen) const { out[i] = seen; }
};

struct Bits {
  std::uint64_t* out;
  std::uint64_t seed, stream, first;
  DG_FN void operator()(std::int64_t i) const {
    out[i] = random_bits(seed, stream, first + static_cast<std::uint64_t>(i));
  }
};

struct Uniforms {
  double* out;
  std::uint64_t seed, stream, first;
  DG_FN void operator()(std::int64_t i) const {
    out[i] = to_uniform(random_bits(seed, stream, first + static_cast<std::uint64_t>(i)));
  }
};

struct Exponential {
  Real* out;
  const Real* x;
  DG_FN void operator()(std::int64_t i) const { out[i] = exp_of(x[i]); }
};

}  // namespace

Tensor twice_plus_index(const Tensor& x) {
  const Tensor out(x.shape(), x.device());
  for_each(x.device(), x.size(), TwicePlusIndex{out.data(), x.data()});
  return out;
}

Tensor plus_position(const Tensor& x) {
  const Tensor out(x.shape(), x.device());
  const std::int64_t cols = x.shape().columns();
  for_each(x.device(), x.shape().rows(), cols, PlusPosition{out.data(), x.data(), cols});
  return out;
}

Reduced reduce_each_row(const Tensor& x, Array<std::int32_t> visits) {
  const std::int64_t rows = x.shape().rows(), cols = x.shape().columns();
  const Reduced out{Array<Seen>(rows, x.device()), std::move(visits)};
  reduce_rows(x.device(), rows, cols, Look<true>{out.seen.data(), out.visits.data(), x.data(), cols});
  return out;
}

Reduced reduce_each_column(const Tensor& x, Array<std::int32_t> visits) {
  const std::int64_t rows = x.shape().rows(), cols = x.shape().columns();
  const Reduced out{Array<Seen>(cols, x.device()), std::move(visits)};
  reduce_columns(x.device(), rows, cols, Look<false>{out.seen.data(), out.visits.data(), x.data(), cols});
  return out;
}

Array<std::uint64_t> random_bits_on(Device device, std::uint64_t seed, std::uint64_t stream,
                                    std::uint64_t first, std::int64_t n) {
  const Array<std::uint64_t> out(n, device);
  for_each(device, n, Bits{out.data(), seed, stream, first});
  return out;
}

Array<double> uniforms_on(Device device, std::uint64_t seed, std::uint64_t stream, std::uint64_t first,
                          std::int64_t n) {
  const Array<double> out(n, device);
  for_each(device, n, Uniforms{out.data(), seed, stream, first});
  return out;
}

Tensor exponentials(const Tensor& x) {
  const Tensor out(x.shape(), x.device());
  for_each(x.device(), x.size(), Exponential{out.data(), x.data()});
  return out;
}

}  // namespace dg::test
