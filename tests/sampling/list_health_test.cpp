#include "sampling/list_health.h"

#include <gtest/gtest.h>

#include <cmath>

#include "error_text.h"
#include "tensor/rng.h"

namespace dg {
namespace {

using Classes = std::vector<ClassId>;
using Degrees = std::vector<std::int32_t>;

TEST(Gini, OfEqualValuesIsZeroAndOfOneOwnerNearOne) {
  EXPECT_DOUBLE_EQ(gini({}), 0);
  EXPECT_DOUBLE_EQ(gini({0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(gini({2, 2, 2, 2}), 0);
  EXPECT_DOUBLE_EQ(gini({0, 7, 0, 0}), 0.75);
  EXPECT_DOUBLE_EQ(gini({3, 1}), 0.25);
  EXPECT_NE(error_text([] { gini({1, -1}); }), "no error");
}

TEST(Gini, IsHalfTheMeanDifferenceOverTheMean) {  // the definition, over all pairs
  Rng rng(5);
  for (int trial = 0; trial < 20; ++trial) {
    Degrees values(1 + rng.below(12));
    for (auto& value : values) value = static_cast<std::int32_t>(rng.below(6));
    values[0] += 1;
    double differences = 0, sum = 0;
    for (const auto x : values) {
      sum += x;
      for (const auto y : values) differences += std::abs(x - y);
    }
    EXPECT_NEAR(gini(values), differences / (2 * static_cast<double>(values.size()) * sum), 1e-12);
  }
}

TEST(ListHealth, InDegreesCountTheClassesThatPointAtAClass) {
  DoppelgangerList list(5);
  list.observe_classes(Classes{0, 1, 3, 2}, Classes{2, 2, 2, 4});
  EXPECT_EQ(in_degrees(list), (Degrees{0, 0, 3, 0, 1}));
}

TEST(ListHealth, AnEmptyListHasNoFigures) {
  const DoppelgangerList list(5);
  const ListFigures figures = ListHealth(list).measure(list);
  EXPECT_EQ(figures.filled, 0);
  EXPECT_EQ(figures.changed, 0);
  EXPECT_EQ(figures.in_degree_max, 0);
  EXPECT_EQ(figures.in_degree_gini, 0);
}

TEST(ListHealth, MeasuresFillChangeAndHubs) {
  DoppelgangerList list(4);
  ListHealth health(list);
  list.observe_classes(Classes{0, 1, 3}, Classes{2, 2, 2});
  ListFigures figures = health.measure(list);
  EXPECT_DOUBLE_EQ(figures.filled, 0.75);
  EXPECT_DOUBLE_EQ(figures.changed, 0.75);
  EXPECT_EQ(figures.in_degree_max, 3);
  EXPECT_DOUBLE_EQ(figures.in_degree_gini, 0.75);

  list.observe_classes(Classes{0, 1, 1}, Classes{1, 3, 2});  // class 1 changes and changes back
  figures = health.measure(list);
  EXPECT_DOUBLE_EQ(figures.filled, 0.75);
  EXPECT_DOUBLE_EQ(figures.changed, 0.25);
  EXPECT_EQ(figures.in_degree_max, 2);

  EXPECT_EQ(health.measure(list).changed, 0);
  EXPECT_TRUE(contains(error_text([&] { health.measure(DoppelgangerList(5)); }), "of 4 classes, got 5"));
}

TEST(ListHealth, ASavedStateCountsChangesFromTheSameEntries) {
  DoppelgangerList list(4);
  ListHealth health(list), resumed(list);
  list.observe_classes(Classes{0}, Classes{2});
  health.measure(list);
  resumed.load(health.save());
  list.observe_classes(Classes{1}, Classes{2});
  EXPECT_DOUBLE_EQ(resumed.measure(list).changed, 0.25);
}

}  // namespace
}  // namespace dg
