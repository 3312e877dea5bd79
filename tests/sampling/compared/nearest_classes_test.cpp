#include "sampling/compared/nearest_classes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "error_text.h"
#include "sampling/synthetic_embeddings.h"

namespace dg {
namespace {

// From the sentence: sort all other classes by product, equal ones by number, take k.
std::vector<ClassId> by_sorting(const Embeddings& classes, int k) {
  std::vector<ClassId> nearest;
  for (std::size_t c = 0; c < classes.rows(); ++c) {
    std::vector<std::pair<double, ClassId>> others;
    for (std::size_t o = 0; o < classes.rows(); ++o)
      if (o != c) others.emplace_back(-inner_product(classes, c, o), static_cast<ClassId>(o));
    std::sort(others.begin(), others.end());
    for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i)
      nearest.push_back(i < others.size() ? others[i].second : no_class);
  }
  return nearest;
}

TEST(NearestClasses, AreThoseOfSortingEverything) {
  Rng rng(1);
  for (const std::size_t n : {1u, 2u, 7u, 33u, 200u, 300u}) {  // below and above panels of 32, blocks of 128
    for (const int k : {1, 3, 26}) {
      const Embeddings classes = random_embeddings(n, 12, rng);
      EXPECT_EQ(nearest_classes(classes, k), by_sorting(classes, k)) << n << " classes, k = " << k;
    }
  }
}

TEST(NearestClasses, OfARangeAreThatPartOfTheWhole) {
  Rng rng(2);
  const Embeddings classes = random_embeddings(150, 5, rng);
  const PackedColumns packed(classes);
  const std::vector<ClassId> all = nearest_classes(classes, 4);
  for (const auto& [first, last] : {std::pair{0, 150}, {3, 3}, {130, 150}, {1, 140}}) {
    EXPECT_EQ(nearest_classes(classes, packed, 4, first, last),
              std::vector<ClassId>(all.begin() + 4 * first, all.begin() + 4 * last));
  }
}

TEST(NearestClasses, EquallyNearOnesAreOrderedByNumber) {
  Rng rng(3);
  Embeddings classes = random_embeddings(100, 6, rng);
  for (std::size_t c = 1; c < 100; ++c)  // all the same
    std::copy_n(classes.values.begin(), 6, classes.values.begin() + static_cast<std::ptrdiff_t>(6 * c));
  const std::vector<ClassId> nearest = nearest_classes(classes, 2);
  for (ClassId c = 0; c < 100; ++c) {
    EXPECT_EQ(nearest[static_cast<std::size_t>(2 * c)], c == 0 ? 1 : 0);
    EXPECT_EQ(nearest[static_cast<std::size_t>(2 * c + 1)], c <= 1 ? 2 : 1);
  }
}

TEST(NearestClasses, AnEmbeddingThatIsNotANumberIsNobodysNeighbour) {
  Rng rng(4);
  Embeddings classes = random_embeddings(10, 3, rng);
  classes.values[3 * 4] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<ClassId> nearest = nearest_classes(classes, 9);
  EXPECT_EQ(std::count(nearest.begin(), nearest.end(), 4), 0);
  EXPECT_EQ(std::count(nearest.begin() + 9 * 4, nearest.begin() + 9 * 5, no_class), 9);
}

TEST(NearestClasses, RefuseWhatMakesNoSense) {
  Rng rng(5);
  const Embeddings classes = random_embeddings(10, 3, rng);
  EXPECT_TRUE(contains(error_text([&] { nearest_classes(classes, 0); }), "k must be at least 1, got 0"));
  EXPECT_TRUE(contains(error_text([&] { nearest_classes(classes, PackedColumns(classes), 1, 5, 11); }),
                       "within 0..10, got 5..11"));
  Embeddings ragged = classes;
  ragged.values.pop_back();
  EXPECT_TRUE(contains(error_text([&] { nearest_classes(ragged, 1); }), "rows of one size"));
}

}  // namespace
}  // namespace dg
