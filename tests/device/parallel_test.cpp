// for_each, reduce_rows and reduce_columns with plain functors, random numbers and exp inside functors.
#include "device/functors.h"
#include "device/under_test.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

// Multiples of 1/8 below 128, so that every sum is exact in any order; equal values occur.
Numbers eighths(Index size, std::uint64_t seed) {
  Rng rng(seed);
  Numbers v(static_cast<std::size_t>(size));
  for (float& x : v) x = static_cast<float>(rng.below(1024)) / 8;
  return v;
}

void check_for_each(const Shape& shape) {
  const Numbers values = eighths(shape.elements(), 3);
  const Tensor x = Tensor::from(shape, values, device());
  Numbers by_index = values, by_position = values;
  const Index cols = shape.columns();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto at = static_cast<Index>(i);
    by_index[i] = 2 * values[i] + static_cast<float>(at);
    by_position[i] = values[i] + static_cast<float>(1000 * (at / cols) + at % cols);
  }
  EXPECT_TRUE(twice_plus_index(x).to_vector() == by_index) << shape.str();
  EXPECT_TRUE(plus_position(x).to_vector() == by_position) << shape.str();
}

Array<std::int32_t> zeros(Index size) {
  return Array<std::int32_t>::from(std::vector<std::int32_t>(static_cast<std::size_t>(size), 0), device());
}

// What row or column `i` must have seen.
Seen look(const Numbers& x, Index rows, Index cols, bool by_row, Index i) {
  Seen s;
  for (Index j = 0; j < (by_row ? cols : rows); ++j) {
    const Index at = by_row ? i * cols + j : j * cols + i;
    const float v = x[static_cast<std::size_t>(at)];
    s.sum += at + 1;
    s.weighted += v;
    if (v > s.highest) {
      s.highest = v;
      s.where = static_cast<std::int32_t>(j);
    }
  }
  return s;
}

void check_reductions(Index rows, Index cols) {
  const Numbers values = eighths(rows * cols, 5);
  const Tensor x = Tensor::from({rows, cols}, values, device());
  for (const bool by_row : {true, false}) {
    const Reduced r =
        by_row ? reduce_each_row(x, zeros(rows * cols)) : reduce_each_column(x, zeros(rows * cols));
    const std::vector<Seen> seen = r.seen.to_vector();
    Index wrong = 0, wrong_visits = 0;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      wrong += !(seen[i] == look(values, rows, cols, by_row, static_cast<Index>(i)));
    }
    for (const std::int32_t visits : r.visits.to_vector()) wrong_visits += visits != 1;
    EXPECT_EQ(wrong, 0) << (by_row ? "rows" : "columns") << " of [" << rows << ", " << cols << "]";
    EXPECT_EQ(wrong_visits, 0) << "elements not visited once, [" << rows << ", " << cols << "]";
  }
}

TEST(Parallel, ForEachReachesEveryElement) {
  for (const Index rows : {0, 1, 2, 7}) {
    for (const Index cols : {0, 1, 31, 33, 257}) check_for_each({rows, cols});
  }
}

TEST(LargeParallel, ForEachReachesEveryElementOfManyRows) {
  check_for_each({65'537, 2});
  check_for_each({2, 65'537});
}

// Every block of a full grid of 65,535 x 256 threads has to come round once more.
TEST(LargeParallel, ForEachGoesBeyondOneGrid) {
  const Index n = 65'535 * 256 + 7;
  const Numbers out = twice_plus_index(Tensor::full({n}, 1, device())).to_vector();
  Index wrong = 0;
  for (Index i = 0; i < n; ++i) wrong += out[static_cast<std::size_t>(i)] != 2 + static_cast<float>(i);
  EXPECT_EQ(wrong, 0);
}

TEST(Parallel, ReductionsSeeEveryElementOnceAndCombineStructs) {
  for (const Index rows : {0, 1, 2, 9, 67}) {
    for (const Index cols : {0, 1, 2, 31, 32, 33, 255, 256, 257}) check_reductions(rows, cols);
  }
}

TEST(LargeParallel, ReductionsOverManyRowsAndManyColumns) {
  check_reductions(65'537, 2);
  check_reductions(2, 65'537);
}

TEST(Parallel, RandomNumbersInsideFunctorsAreTheHostsBitForBit) {
  constexpr std::uint64_t seed = 0x123456789ABCDEFull, stream = (std::uint64_t{3} << 40) + 7;
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1}, (std::uint64_t{1} << 33) - 5}) {
    const auto bits = random_bits_on(device(), seed, stream, first, 101).to_vector();
    const auto uniforms = uniforms_on(device(), seed, stream, first, 101).to_vector();
    Rng host(Rng::State{seed, stream, first}), again = host;
    for (std::size_t i = 0; i < bits.size(); ++i) {
      EXPECT_EQ(bits[i], host.bits()) << first << " + " << i;
      EXPECT_EQ(uniforms[i], again.uniform()) << first << " + " << i;
    }
  }
}

TEST(Parallel, ExponentialsWithinFourUnitsInTheLastPlace) {
  Numbers x;
  for (int i = -870; i <= 880; i += 3) x.push_back(static_cast<float>(i) / 10);
  const auto size = static_cast<Index>(x.size());
  const Numbers got = exponentials(Tensor::from({size}, x, device())).to_vector();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = std::exp(static_cast<double>(x[i]));
    EXPECT_NEAR(got[i], exact, 4 * 0x1.0p-23 * exact) << x[i];
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Numbers special{-infinity, -200, 0, 100, infinity, std::nanf("")};
  const Numbers out = exponentials(Tensor::from({6}, special, device())).to_vector();
  EXPECT_EQ(Numbers(out.begin(), out.end() - 1), (Numbers{0, 0, 1, infinity, infinity}));
  EXPECT_TRUE(std::isnan(out.back()));
}

}  // namespace
}  // namespace dg::test
