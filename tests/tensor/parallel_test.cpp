#include "tensor/parallel.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/rng.h"
#include "tensor/tensor.h"

namespace dg {
namespace {

struct Affine {
  std::int64_t* out;
  DG_FN void operator()(std::int64_t i) const { out[i] = 3 * i + 1; }
};

struct Cell {
  std::int64_t* out;
  std::int64_t cols;
  DG_FN void operator()(std::int64_t row, std::int64_t col) const {
    out[row * cols + col] = 1000 * row + col;
  }
};

TEST(ForEach, VisitsEveryIndexOnce) {
  for (const std::int64_t n : {0, 1, 7, 8192, 8193, 100'000}) {
    Array<std::int64_t> out(n);
    for_each(Device::cpu, n, Affine{out.data()});
    const auto values = out.to_vector();
    for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(values[i], 3 * i + 1);
  }
}

TEST(ForEach, VisitsEveryElementOfAMatrix) {
  for (const auto& [rows, cols] :
       {std::pair<std::int64_t, std::int64_t>{0, 3}, {3, 0}, {1, 1}, {5, 20'000}, {20'000, 5}}) {
    Array<std::int64_t> out(rows * cols);
    for_each(Device::cpu, rows, cols, Cell{out.data(), cols});
    const auto values = out.to_vector();
    for (std::int64_t i = 0; i < rows * cols; ++i) ASSERT_EQ(values[i], 1000 * (i / cols) + i % cols);
  }
}

// Sums numbers whose total depends on the order of addition.
struct FloatSum {
  Real* out;
  const Real* x;
  std::int64_t cols;
  using Fold = Sum<Real>;
  DG_FN Real map(std::int64_t row, std::int64_t col) const { return x[row * cols + col]; }
  DG_FN void finish(std::int64_t i, Real sum) const { out[i] = sum; }
};

Tensor awkward_numbers(std::int64_t rows, std::int64_t cols) {
  std::vector<Real> values(static_cast<std::size_t>(rows * cols));
  Rng rng(1);
  for (Real& v : values) v = static_cast<Real>(std::exp(rng.uniform(-20, 20)) * (rng.below(2) == 0 ? 1 : -1));
  return Tensor::from({rows, cols}, values);
}

TEST(Reductions, SumRowsAndColumnsToTheSameBitsOnAnyNumberOfThreads) {
  for (const auto& [rows, cols] :
       {std::pair<std::int64_t, std::int64_t>{1, 100'000}, {3, 70'001}, {5000, 33}, {81, 1}}) {
    const Tensor x = awkward_numbers(rows, cols);
    std::vector<std::vector<Real>> by_row, by_column;
    for (const int t : {1, 2, 3}) {
      set_threads(t);
      Tensor r({rows}), c({cols});
      reduce_rows(Device::cpu, rows, cols, FloatSum{r.data(), x.data(), cols});
      reduce_columns(Device::cpu, rows, cols, FloatSum{c.data(), x.data(), cols});
      by_row.push_back(r.to_vector());
      by_column.push_back(c.to_vector());
    }
    set_threads(0);
    EXPECT_EQ(by_row[0], by_row[1]);
    EXPECT_EQ(by_row[0], by_row[2]);
    EXPECT_EQ(by_column[0], by_column[1]);
    EXPECT_EQ(by_column[0], by_column[2]);
    double expected = 0, size = 0;  // of the first row
    const std::vector<Real> values = x.to_vector();
    for (std::int64_t j = 0; j < cols; ++j) {
      expected += values[static_cast<std::size_t>(j)];
      size += std::abs(values[static_cast<std::size_t>(j)]);
    }
    EXPECT_NEAR(by_row[0][0], expected, 1e-12 * size);
  }
}

TEST(Reductions, AnEmptyReductionIsTheIdentity) {
  Tensor r = Tensor::full({4}, 9);
  reduce_rows(Device::cpu, 4, 0, FloatSum{r.data(), nullptr, 0});
  EXPECT_EQ(r.to_vector(), (std::vector<Real>{0, 0, 0, 0}));
  Tensor c = Tensor::full({4}, 9);
  reduce_columns(Device::cpu, 0, 4, FloatSum{c.data(), nullptr, 4});
  EXPECT_EQ(c.to_vector(), (std::vector<Real>{0, 0, 0, 0}));
}

}  // namespace
}  // namespace dg
