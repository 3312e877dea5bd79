#include "sampling/class_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "error_text.h"
#include "sampling/chi_square.h"

namespace dg {
namespace {

bool some_number_of_classes_fits(int batch, int lo, int hi) {
  for (int n = 1; n <= batch; ++n) {
    if (n * lo <= batch && batch <= n * hi) return true;
  }
  return false;
}

int least_classes(int batch, int hi) { return (batch + hi - 1) / hi; }

TEST(ClassCounts, FixedGivesEveryClassTheSame) {
  Rng rng(1);
  const auto counts = ClassCounts::fixed(81, 27, 3);
  EXPECT_EQ(counts.draw(rng), std::vector<int>(27, 3));
  EXPECT_EQ(counts.max_classes(), 27);
}

TEST(ClassCounts, FixedChecksThatBatchIsClassesTimesImages) {
  EXPECT_TRUE(contains(error_text([] { ClassCounts::fixed(80, 27, 3); }), "27 * 3, got 80"));
  EXPECT_NE(error_text([] { ClassCounts::fixed(0, 0, 3); }), "no error");
  EXPECT_NE(error_text([] { ClassCounts::fixed(1, -1, -1); }), "no error");
  EXPECT_NE(error_text([] { ClassCounts::fixed(0, 1 << 16, 1 << 16); }),
            "no error");  // 2^32 wraps to 0 in 32 bits
}

// Everything small: an impossible combination is refused at construction, a possible one never fails.
TEST(ClassCounts, EveryPossibleRangeGivesExactlyTheBatchAndNoOtherIsAccepted) {
  Rng rng(2);
  for (int batch = 1; batch <= 24; ++batch) {
    for (int lo = 1; lo <= 9; ++lo) {
      for (int hi = lo; hi <= 9; ++hi) {
        if (!some_number_of_classes_fits(batch, lo, hi)) {
          EXPECT_TRUE(
              contains(error_text([&] { ClassCounts::range(batch, lo, hi); }), "no number of classes"));
          continue;
        }
        const auto counts = ClassCounts::range(batch, lo, hi);
        for (int i = 0; i < 100; ++i) {
          const std::vector<int> images = counts.draw(rng);
          ASSERT_EQ(std::accumulate(images.begin(), images.end(), 0), batch) << lo << ".." << hi;
          ASSERT_GE(*std::min_element(images.begin(), images.end()), lo) << batch << ": " << lo << ".." << hi;
          ASSERT_LE(*std::max_element(images.begin(), images.end()), hi) << batch << ": " << lo << ".." << hi;
          ASSERT_GE(static_cast<int>(images.size()), least_classes(batch, hi));
          ASSERT_LE(static_cast<int>(images.size()), counts.max_classes());
        }
      }
    }
  }
}

TEST(ClassCounts, TheSmallestAndLargestNumberOfClassesAreReached) {
  Rng rng(3);
  for (const auto& [batch, lo, hi] : {std::tuple{9, 2, 4}, {7, 2, 3}, {7, 1, 3}, {5, 2, 9}, {11, 3, 5}}) {
    const auto counts = ClassCounts::range(batch, lo, hi);
    std::set<int> seen;
    for (int i = 0; i < 20'000; ++i) seen.insert(static_cast<int>(counts.draw(rng).size()));
    EXPECT_EQ(*seen.begin(), least_classes(batch, hi)) << batch << ": " << lo << ".." << hi;
    EXPECT_EQ(*seen.rbegin(), counts.max_classes()) << batch << ": " << lo << ".." << hi;
  }
}

TEST(ClassCounts, ThePapersRangeWorks) {  // 2 to 8 images, M = 81: section 3.1
  const auto counts = ClassCounts::range(81, 2, 8);
  EXPECT_EQ(counts.max_classes(), 40);
}

// The paper's sentence as a loop, with the two repairs in their simplest form.
std::vector<int> draw_by_the_sentence(int batch, int lo, int hi, Rng& rng) {
  std::vector<int> images;
  while (std::accumulate(images.begin(), images.end(), 0) < batch) {
    images.push_back(lo + static_cast<int>(rng.below(static_cast<std::uint64_t>(hi - lo + 1))));
  }
  while (std::accumulate(images.begin(), images.end(), 0) > batch) --images.back();
  const auto n = images.size();
  if (static_cast<int>(n) * lo <= batch) {
    for (std::size_t i = n - 1; i-- > 0;) {
      while (images.back() < lo && images[i] > lo) --images[i], ++images.back();
    }
  } else {
    const int left = images.back();
    images.pop_back();
    for (int given = 0; given < left; ++given) {
      std::size_t i = images.size() - 1;
      while (images[i] == hi) --i;
      ++images[i];
    }
  }
  return images;
}

TEST(ClassCounts, DrawsWhatThePapersSentenceSays) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    for (const auto& [batch, lo, hi] : {std::tuple{81, 2, 8}, {17, 3, 5}, {7, 2, 3}, {9, 4, 5}}) {
      Rng a(seed), b(seed);
      ASSERT_EQ(ClassCounts::range(batch, lo, hi).draw(a), draw_by_the_sentence(batch, lo, hi, b));
    }
  }
}

TEST(ClassCounts, ImagesPerClassAreUniform) {
  Rng rng(4);
  const auto counts = ClassCounts::range(81, 2, 8);
  std::vector<std::int64_t> first(7);
  for (int i = 0; i < 20'000; ++i) ++first[static_cast<std::size_t>(counts.draw(rng).front() - 2)];
  EXPECT_LT(std::abs(chi_square_deviation(first)), chi_square_limit);
}

TEST(ClassCounts, RefusesRangesThatAreNone) {
  EXPECT_TRUE(contains(error_text([] { ClassCounts::range(81, 0, 3); }), "got 0..3"));
  EXPECT_TRUE(contains(error_text([] { ClassCounts::range(81, 4, 3); }), "got 4..3"));
  EXPECT_TRUE(contains(error_text([] { ClassCounts::range(0, 2, 3); }), "got 0"));
  EXPECT_TRUE(contains(error_text([] { ClassCounts::range(3, 4, 8); }), "a batch of 3"));
}

}  // namespace
}  // namespace dg
