#include "layers/statistics.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

TEST(Moments, OfNumbersFarFromZeroByHand) {
  // 98, 99, 103, 104: mean 101, squared distances 9, 4, 4, 9. A mean square would be 10,207.5.
  const Moments m = moments(Tensor::from({2, 2}, std::vector<Real>{98, 99, 103, 104}));
  EXPECT_NEAR(m.mean, 101, 1e-9);
  EXPECT_NEAR(m.variance, 6.5, 1e-9);
}

TEST(Moments, OfOneNumberAreTheNumberAndNoVariance) {
  const Moments m = moments(Tensor::full({1}, -7));
  EXPECT_EQ(m.mean, -7);
  EXPECT_EQ(m.variance, 0);
}

TEST(ColumnMoments, AreThoseOfEachColumnOverAllRows) {
  // Columns 9, 11, 10, 14 (mean 11, squared distances 4, 0, 1, 9) and -100, -100, -106, -110 (mean -104,
  // squared distances 16, 16, 4, 36).
  const ColumnMoments m =
      column_moments(Tensor::from({2, 2, 2}, std::vector<Real>{9, -100, 11, -100, 10, -106, 14, -110}));
  ASSERT_EQ(m.mean.size(), 2u);
  ASSERT_EQ(m.variance.size(), 2u);
  EXPECT_NEAR(m.mean[0], 11, 1e-9);
  EXPECT_NEAR(m.variance[0], 3.5, 1e-9);
  EXPECT_NEAR(m.mean[1], -104, 1e-9);
  EXPECT_NEAR(m.variance[1], 18, 1e-9);
}

TEST(Moments, OfNothingAreRefused) {
  EXPECT_TRUE(contains(error_text([] { moments(Tensor({0, 3})); }), "[moments] needs at least one element"));
  EXPECT_TRUE(contains(error_text([] {
                         column_moments(Tensor({0, 3}));
                       }),
                       "[column_moments] needs at least one row"));
}

}  // namespace
}  // namespace dg
