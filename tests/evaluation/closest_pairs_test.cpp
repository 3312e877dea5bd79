#include "evaluation/closest_pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "error_text.h"
#include "tensor/parallel.h"
#include "tensor/rng.h"

namespace dg {
namespace {

// Every pair, from the definition.
std::vector<ClosePair> all_pairs(const EmbeddingView& rows, std::size_t most) {
  std::vector<ClosePair> pairs;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t j = i + 1; j < rows.rows(); ++j)
      pairs.push_back({static_cast<ClassId>(i), static_cast<ClassId>(j), dot(rows.row(i), rows.row(j))});
  }
  std::sort(pairs.begin(), pairs.end(), [](const ClosePair& a, const ClosePair& b) {
    return std::tuple(b.cosine, a.first, a.second) < std::tuple(a.cosine, b.first, b.second);
  });
  pairs.resize(std::min(pairs.size(), most));
  return pairs;
}

// Random unit vectors of 24 numbers, 16 of them +-1/4 and the others 0: all products are exact, whatever the
// order of the sum, and many are equal.
std::vector<float> exact_rows(std::size_t count, Rng& rng) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float> row(24, 0);
    for (std::size_t n = 0; n < 16;) {
      float& v = row[rng.below(24)];
      if (v != 0) continue;
      v = rng.below(2) == 0 ? 0.25f : -0.25f;
      ++n;
    }
    values.insert(values.end(), row.begin(), row.end());
  }
  return values;
}

void expect_all_pairs(const std::vector<float>& values, std::size_t most) {
  const EmbeddingView rows{values, 24};
  const std::vector<ClosePair> found = closest_pairs(rows, most), wanted = all_pairs(rows, most);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].first, wanted[i].first) << i;
    EXPECT_EQ(found[i].second, wanted[i].second) << i;
    EXPECT_EQ(found[i].cosine, wanted[i].cosine) << i;
  }
}

TEST(ClosestPairs, AreThoseOfAllPairsAndEqualOnesAreOrderedByTheirRows) {
  Rng rng(31);
  for (const std::size_t count : {2, 3, 32, 33, 127, 128, 129, 300}) {
    const std::vector<float> values = exact_rows(count, rng);
    for (const std::size_t most : {1, 7, 500, 100'000}) expect_all_pairs(values, most);
  }
}

TEST(ClosestPairs, AreTheSameOnAnyNumberOfThreads) {
  Rng rng(32);
  const std::vector<float> values = exact_rows(700, rng);
  const int before = threads();
  for (const int n : {1, 2, 3, 8}) {
    set_threads(n);
    expect_all_pairs(values, 900);
  }
  set_threads(before);
}

TEST(ClosestPairs, FewRowsHaveFewPairs) {
  const std::vector<float> two{1, 0, 0.6f, 0.8f};
  EXPECT_TRUE(closest_pairs({two, 2}, 0).empty());
  EXPECT_TRUE(closest_pairs({std::span(two).first(2), 2}, 5).empty());
  EXPECT_TRUE(closest_pairs({std::span(two).first(0), 2}, 5).empty());
  const std::vector<ClosePair> found = closest_pairs({two, 2}, 5);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].cosine, 0.6f);
}

TEST(ClosestPairs, RowsThatAreNotUnitVectorsAreNamed) {
  const std::vector<float> rows{1, 0, 1, 1};
  EXPECT_TRUE(contains(error_text([&] {
                         closest_pairs({rows, 2}, 1);
                       }),
                       "[closest_pairs] row 1 must have length 1, got 1.414"));
  EXPECT_TRUE(contains(error_text([&] { closest_pairs({rows, 3}, 1); }), "whole rows"));
}

}  // namespace
}  // namespace dg
