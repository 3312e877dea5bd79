#include "sampling/observation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "error_text.h"

namespace dg {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

/// A batch's rows, one by one: label, hardest class, its logit, tied.
struct Row {
  ClassId label, other;
  float logit;
  std::uint8_t tied = 0;
};

Observation mine_rows(const std::vector<Row>& rows, UpdateRule rule = UpdateRule::highest) {
  std::vector<ClassId> labels, others;
  std::vector<float> logits;
  std::vector<std::uint8_t> tied;
  for (const Row& row : rows) {
    labels.push_back(row.label);
    others.push_back(row.other);
    logits.push_back(row.logit);
    tied.push_back(row.tied);
  }
  return mine({.labels = labels, .class_id = others, .logit = logits, .tied = tied}, rule);
}

using Pairs = Observation;

TEST(Mine, TheHighestLogitOverTheImagesOfAClassDecides) {
  const std::vector<Row> rows{{4, 1, 0.5f}, {4, 2, 0.9f}, {4, 3, 0.7f}, {0, 4, -3.0f}, {0, 2, -2.0f}};
  EXPECT_EQ(mine_rows(rows), (Pairs{{0, 4}, {2, 2}}));
}

TEST(Mine, UnderLastImageTheLastRowDecides) {
  const std::vector<Row> rows{{4, 1, 0.5f}, {4, 2, 0.9f}, {4, 3, 0.7f}, {0, 4, -3.0f}};
  EXPECT_EQ(mine_rows(rows, UpdateRule::last_image), (Pairs{{0, 4}, {4, 3}}));
}

TEST(Mine, ImagesOfAClassNeedNotBeAdjacent) {
  const std::vector<Row> rows{{4, 2, 0.9f}, {0, 3, 1.0f}, {4, 1, 0.5f}, {0, 1, 2.0f}};
  EXPECT_EQ(mine_rows(rows), (Pairs{{0, 4}, {1, 2}}));
  EXPECT_EQ(mine_rows(rows, UpdateRule::last_image), (Pairs{{0, 4}, {1, 1}}));
}

TEST(Mine, ALogitSharedWithinTheDecidingImageTeachesNothing) {
  EXPECT_EQ(mine_rows({{4, 1, 0.5f}, {4, 2, 0.9f, 1}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, 0.5f}, {4, 2, 0.9f, 1}}, UpdateRule::last_image), Pairs{});
}

TEST(Mine, ATieBelowTheHighestLogitDoesNotMatter) {
  EXPECT_EQ(mine_rows({{4, 1, 0.5f, 1}, {4, 2, 0.9f}}), (Pairs{{4}, {2}}));
}

TEST(Mine, EqualLogitsOfTwoImagesThatNameDifferentClassesTeachNothing) {
  EXPECT_EQ(mine_rows({{4, 1, 0.9f}, {4, 2, 0.9f}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, 0.9f}, {4, 2, 0.9f}, {4, 1, 0.9f}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, 0.9f}, {4, 2, 0.9f}, {4, 3, 1.0f}}), (Pairs{{4}, {3}}));
}

TEST(Mine, EqualLogitsOfTwoImagesThatNameTheSameClassAgree) {
  EXPECT_EQ(mine_rows({{4, 1, 0.9f}, {4, 1, 0.9f}}), (Pairs{{4}, {1}}));
  EXPECT_EQ(mine_rows({{4, 1, 0.9f}, {4, 1, 0.9f, 1}}), Pairs{});
}

TEST(Mine, AClassifierOfZerosTeachesNothing) {
  EXPECT_EQ(mine_rows({{0, 1, 0, 1}, {0, 1, 0, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}}), Pairs{});
}

TEST(Mine, ALogitThatIsNotFiniteTeachesNothing) {
  for (const float bad : {nan, inf, -inf}) EXPECT_EQ(mine_rows({{4, 1, bad}}), Pairs{}) << bad;
  EXPECT_EQ(mine_rows({{4, 1, 0.5f}, {4, 2, inf}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, -inf}, {4, 2, 0.5f}}), (Pairs{{4}, {2}}));
}

TEST(Mine, ANanAnywhereInAClassSilencesItWhereverItStands) {
  EXPECT_EQ(mine_rows({{4, 1, nan}, {4, 2, 0.5f}, {4, 3, 0.7f}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, 0.5f}, {4, 2, nan}, {4, 3, 0.7f}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, 0.5f}, {4, 2, 0.7f}, {4, 3, nan}}), Pairs{});
  EXPECT_EQ(mine_rows({{4, 1, nan}, {0, 2, 0.5f}}), (Pairs{{0}, {2}}));  // other classes are not concerned
}

TEST(Mine, ARowWithoutAFiniteLogitMayNameNoClass) {
  EXPECT_EQ(mine_rows({{0, no_class, -inf}, {0, no_class, nan}}), Pairs{});
}

TEST(Mine, AnEmptyBatchTeachesNothing) { EXPECT_EQ(mine_rows({}), Pairs{}); }

TEST(Mine, RefusesRowsThatCannotBe) {
  EXPECT_TRUE(contains(error_text([] { mine_rows({{1, 2, 0}, {3, 3, 0}}); }), "row 1"));
  EXPECT_TRUE(contains(error_text([] { mine_rows({{1, no_class, 0}}); }), "row 0"));
  EXPECT_TRUE(contains(error_text([] { mine_rows({{no_class, 1, 0}}); }), "label of row 0"));
  const std::vector<ClassId> two{0, 1}, one{2};
  const std::vector<float> logits{0, 0};
  const std::vector<std::uint8_t> tied{0, 0};
  const HardestClasses uneven{.labels = two, .class_id = one, .logit = logits, .tied = tied};
  EXPECT_TRUE(contains(error_text([&] { mine(uneven); }), "got 2, 1, 2 and 2"));
}

}  // namespace
}  // namespace dg
