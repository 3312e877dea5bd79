#include "sampling/urn.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "error_text.h"
#include "sampling/chi_square.h"

namespace dg {
namespace {

TEST(Urn, GivesEveryNumberOnceAndIsEmptyThen) {
  Rng rng(1);
  Urn urn(50);
  std::set<std::int64_t> drawn;
  for (int i = 0; i < 50; ++i) {
    const std::int64_t number = urn.draw(rng);
    EXPECT_TRUE(number >= 0 && number < 50);
    EXPECT_TRUE(drawn.insert(number).second) << number << " came twice";
    EXPECT_FALSE(urn.contains(number));
  }
  EXPECT_TRUE(urn.empty());
  EXPECT_TRUE(contains(error_text([&] { urn.draw(rng); }), "nothing is left"));
}

TEST(Urn, ATakenNumberIsNeverDrawn) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    Urn urn(6);
    const std::int64_t first = urn.draw(rng);
    const std::int64_t taken = (first + 1 + static_cast<std::int64_t>(seed % 5)) % 6;
    urn.take(taken);
    std::set<std::int64_t> all{first, taken};
    while (!urn.empty()) EXPECT_TRUE(all.insert(urn.draw(rng)).second);
    EXPECT_EQ(all.size(), 6u);
  }
}

TEST(Urn, RefusesToGiveANumberTwice) {
  Urn urn(3);
  urn.take(1);
  EXPECT_TRUE(contains(error_text([&] { urn.take(1); }), "no number 1"));
  EXPECT_TRUE(contains(error_text([&] { urn.take(3); }), "no number 3"));
  EXPECT_TRUE(contains(error_text([&] { urn.take(-1); }), "no number -1"));
}

TEST(Urn, AllOrderedTriplesAreEquallyLikely) {
  Rng rng(7);
  std::vector<std::int64_t> counts(5 * 4 * 3);
  for (int i = 0; i < 60'000; ++i) {
    Urn urn(5);
    const std::int64_t a = urn.draw(rng), b = urn.draw(rng), c = urn.draw(rng);
    const std::int64_t b_rank = b - (a < b), c_rank = c - (a < c) - (b < c);
    ++counts[static_cast<std::size_t>((a * 4 + b_rank) * 3 + c_rank)];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), chi_square_limit);
}

TEST(Urn, ATakenNumberLeavesTheOthersEquallyLikely) {
  Rng rng(8);
  std::vector<std::int64_t> counts(4);
  for (int i = 0; i < 40'000; ++i) {
    Urn urn(5);
    urn.take(2);
    const std::int64_t a = urn.draw(rng);
    ++counts[static_cast<std::size_t>(a - (a > 2))];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), chi_square_limit);
}

TEST(Urn, CostsNothingForWhatStaysInIt) {
  Rng rng(1);
  Urn urn(std::int64_t{1} << 62);
  const std::int64_t a = urn.draw(rng), b = urn.draw(rng);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace dg
