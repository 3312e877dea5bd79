#include "tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/parallel.h"
#include "tensor/rng.h"

namespace dg {
namespace {

TEST(Shape, CountsAndPrints) {
  const Shape s{2, 3, 4};
  EXPECT_EQ(s.elements(), 24);
  EXPECT_EQ(s.rows(), 6);
  EXPECT_EQ(s.columns(), 4);
  EXPECT_EQ(s[-1], 4);
  EXPECT_EQ(s.str(), "[2, 3, 4]");
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ((Shape{0, 5}).elements(), 0);
  EXPECT_THROW((Shape{1, -1}), Error);
  EXPECT_THROW((Shape{1, 1, 1, 1, 1}), Error);
}

TEST(Tensor, SharesItsBufferAndClonesIt) {
  Tensor a = Tensor::full({2, 2}, 3);
  EXPECT_TRUE(a.sole_owner());
  Tensor b = a.reshape({4});
  EXPECT_FALSE(a.sole_owner());
  b.fill(5);
  EXPECT_EQ(a.to_vector()[0], 5);
  Tensor c = a.clone();
  c.fill(7);
  EXPECT_EQ(a.to_vector()[0], 5);
  EXPECT_THROW((void)a.reshape({3}), Error);
  EXPECT_THROW((void)a.item(), Error);
  EXPECT_THROW(Tensor::from({3}, std::vector<Real>{1, 2}), Error);
}

TEST(Tensor, CudaIsAClearErrorInABuildWithoutIt) {
  try {
    Tensor({1}, Device::cuda);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("no CUDA device"), std::string::npos) << e.what();
  }
}

TEST(Allocator, ASteadySequenceTakesNothingFromTheSystem) {
  const auto sequence = [] { Tensor a({100, 100}), b({100, 100}), c({37}); };
  sequence();
  const std::size_t before = allocator_statistics(Device::cpu).system_calls;
  for (int i = 0; i < 10; ++i) sequence();
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(allocator_statistics(Device::cpu).system_calls, before);
#else
  EXPECT_GT(allocator_statistics(Device::cpu).system_calls, before)
      << "under ASan every request must reach it";
#endif
}

// ---- tensor/parallel.h

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
