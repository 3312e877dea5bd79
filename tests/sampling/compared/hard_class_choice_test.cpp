#include "sampling/compared/hard_class_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "error_text.h"
#include "sampling/chi_square.h"
#include "sampling/synthetic_embeddings.h"

namespace dg {
namespace {

// The violation between two classes, from its definition in the header.
double violation(const Embeddings& e, std::size_t photos, std::size_t x, std::size_t y) {
  double nearest = -2, positive = 1;
  for (std::size_t a = 0; a < photos; ++a) {
    for (std::size_t b = 0; b < photos; ++b) {
      nearest = std::max(nearest, inner_product(e, x * photos + a, y * photos + b));
      if (a == b) continue;
      positive = std::min(positive, inner_product(e, x * photos + a, x * photos + b));
      positive = std::min(positive, inner_product(e, y * photos + a, y * photos + b));
    }
  }
  return nearest - positive;
}

// The worst triplet with the anchor in class x and the negative in class y, of two photos each.
double worst_triplet(const Embeddings& e, std::size_t x, std::size_t y) {
  double worst = -10;
  for (std::size_t anchor = 2 * x; anchor < 2 * x + 2; ++anchor) {
    const std::size_t positive = 4 * x + 1 - anchor;
    for (std::size_t negative = 2 * y; negative < 2 * y + 2; ++negative)
      worst = std::max(worst, inner_product(e, anchor, negative) - inner_product(e, anchor, positive));
  }
  return worst;
}

std::vector<std::size_t> by_brute_force(const Embeddings& e, std::size_t photos, std::size_t seeds,
                                        std::size_t count) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < seeds; ++i) chosen.push_back(i);
  while (chosen.size() < count) {
    std::size_t best = 0;
    double highest = -10;
    for (std::size_t c = 0; c < e.rows() / photos; ++c) {
      if (std::find(chosen.begin(), chosen.end(), c) != chosen.end()) continue;
      for (const std::size_t j : chosen) {
        if (violation(e, photos, c, j) > highest) {
          highest = violation(e, photos, c, j);
          best = c;
        }
      }
    }
    chosen.push_back(best);
  }
  return chosen;
}

TEST(HardClasses, AreTheGreedyChoiceByBruteForce) {
  Rng data(1), rng(2);
  for (const std::size_t photos : {1u, 2u, 3u}) {
    for (const std::size_t n : {1u, 5u, 40u}) {
      for (const std::size_t seeds : {1u, 3u}) {
        if (seeds > n) continue;
        const Embeddings probes = random_embeddings(n * photos, 7, data);
        const std::size_t count = std::min<std::size_t>(n, 12);
        EXPECT_EQ(choose_hard_classes(probes, photos, seeds, count, rng),
                  by_brute_force(probes, photos, seeds, count))
            << photos << " photos, " << n << " candidates, " << seeds << " seeds";
      }
    }
  }
  EXPECT_EQ(rng.state(), Rng(2).state()) << "without ties nothing is drawn";
}

TEST(HardClasses, WithTwoPhotosTheViolationIsThatOfTheWorstTriplet) {
  Rng data(8);
  const Embeddings probes = random_embeddings(20, 5, data);
  for (std::size_t x = 0; x < 10; ++x) {
    for (std::size_t y = 0; y < 10; ++y) {
      if (x == y) continue;
      EXPECT_EQ(violation(probes, 2, x, y),
                std::max(worst_triplet(probes, x, y), worst_triplet(probes, y, x)));
    }
  }
}

TEST(HardClasses, ALookAlikeIsTakenBeforeAStranger) {
  // Class 0 along x, class 2 near it, class 1 along y; both photos of a class are alike.
  const Embeddings probes{.values = {1, 0, 1, 0, 0, 1, 0, 1, 0.8f, 0.6f, 0.8f, 0.6f}, .dim = 2};
  Rng rng(3);
  EXPECT_EQ(choose_hard_classes(probes, 2, 1, 3, rng), (std::vector<std::size_t>{0, 2, 1}));
}

TEST(HardClasses, AScatteredClassViolatesMoreThanACompactOneAsNear) {
  // Classes 1 and 2 have equal products with class 0; the photos of class 2 are far from each other.
  const Embeddings probes{
      .values = {1, 0, 0, 1, 0, 0, 0.6f, 0.8f, 0, 0.6f, 0.8f, 0, 0.6f, 0, 0.8f, 0.6f, 0, -0.8f}, .dim = 3};
  Rng rng(4);
  EXPECT_EQ(choose_hard_classes(probes, 2, 1, 2, rng), (std::vector<std::size_t>{0, 2}));
}

TEST(HardClasses, TiesAreBrokenEvenly) {
  Embeddings probes{.values = {}, .dim = 2};
  for (int i = 0; i < 22; ++i) probes.values.insert(probes.values.end(), {0.6f, 0.8f});
  Rng rng(5);
  std::vector<std::int64_t> counts(10);
  for (int i = 0; i < 20'000; ++i) ++counts[choose_hard_classes(probes, 2, 1, 2, rng)[1] - 1];
  EXPECT_LT(std::abs(chi_square_deviation(counts)), chi_square_limit);
}

TEST(HardClasses, ACollapsedOrBrokenNetworkStillGivesDifferentClasses) {
  Rng rng(6);
  const Embeddings broken{.values = std::vector<float>(40, std::numeric_limits<float>::quiet_NaN()),
                          .dim = 2};
  std::vector<std::size_t> chosen = choose_hard_classes(broken, 2, 2, 10, rng);
  std::sort(chosen.begin(), chosen.end());
  EXPECT_EQ(chosen, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(HardClasses, RefuseWhatMakesNoSense) {
  Rng rng(7);
  const Embeddings probes = random_embeddings(10, 3, rng);
  EXPECT_TRUE(contains(error_text([&] { choose_hard_classes(probes, 2, 1, 6, rng); }), "got 1, 6 and 5"));
  EXPECT_TRUE(contains(error_text([&] { choose_hard_classes(probes, 2, 0, 3, rng); }), "got 0, 3 and 5"));
  EXPECT_TRUE(contains(error_text([&] { choose_hard_classes(probes, 3, 1, 3, rng); }), "rows of one size"));
  EXPECT_TRUE(contains(error_text([&] { choose_hard_classes(probes, 0, 1, 3, rng); }), "at least 1, got 0"));
}

}  // namespace
}  // namespace dg
