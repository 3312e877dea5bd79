#include "training/run/restart.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Restart, OnlyWhereThereIsLittleToLose) {
  Config c;
  c.steps = 1000;
  EXPECT_TRUE(begins_again(c, 0, 300));
  EXPECT_TRUE(begins_again(c, 0, 500));
  EXPECT_FALSE(begins_again(c, 0, 501)) << "late in the schedule";
  EXPECT_FALSE(begins_again(c, 100, 400)) << "a run that was resumed";
  for (const OnCollapse other : {OnCollapse::stop, OnCollapse::warn}) {
    c.guard.collapse = other;
    EXPECT_FALSE(begins_again(c, 0, 300));
  }
}

TEST(Restart, IsATenthOfTheRateAndOnlyOnce) {
  Config c;
  c.optim.rate = 0.05;
  EXPECT_EQ(gentler(c).optim.rate, 0.005);
  EXPECT_EQ(gentler(c).optim.final_rate, c.optim.final_rate);
  EXPECT_EQ(gentler(c).guard.collapse, OnCollapse::stop);
  EXPECT_EQ(differences(gentler(c), c), (std::vector<std::string>{"optim.rate", "guard.collapse"}));
  c.optim.final_rate = 0.03;
  EXPECT_EQ(gentler(c).optim.final_rate, 0.005);
}

}  // namespace
}  // namespace dg
