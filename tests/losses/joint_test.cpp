#include "losses/three_losses.h"

#include <gtest/gtest.h>

#include "losses/labels.h"

namespace dg {
namespace {

const Labels joint_labels{0, 0, 1, 1, 4, 4};

struct Batch {
  Rng rng{1};
  ThreeLosses joint{{.l2_softmax = {.classes = 5, .embedding = 4, .weight_sd = 0.3}}};
  Var e{unit_rows(6, 4, rng), true};
  Batch() { joint.initialise(rng); }
  Parameter& parameter(const std::string& name) {
    for (Parameter* p : joint.parameters()) {
      if (p->name == name) return *p;
    }
    throw Error("no parameter " + name);
  }
};

TEST(Joint, IsTheWeightedSumOfItsParts) {
  Batch b;
  const ThreeLoss loss =
      b.joint(b.e, labels_of(joint_labels), {.l2_softmax = 1, .lifted = 0.1, .margin = 2}, b.rng);
  EXPECT_GT(loss.margin.item(), 0);
  EXPECT_NEAR(loss.total.value().item(),
              loss.l2_softmax.item() + 0.1 * loss.lifted.item() + 2 * loss.margin.item(), 1e-12);
  EXPECT_EQ(loss.hardest.class_id.size(), 6);
  EXPECT_EQ(loss.target_logit.size(), 6);
}

TEST(Joint, PartsAreTheThreeLossesThemselves) {
  Batch b;
  Rng same = b.rng;
  const ThreeLoss all = b.joint(b.e, labels_of(joint_labels), {}, b.rng);
  const ThreeLoss softmax =
      b.joint(b.e, labels_of(joint_labels), {.l2_softmax = 3, .lifted = 0, .margin = 0}, b.rng);
  const ThreeLoss lifted =
      b.joint(b.e, labels_of(joint_labels), {.l2_softmax = 0, .lifted = 1, .margin = 0}, b.rng);
  const ThreeLoss margin =
      b.joint(b.e, labels_of(joint_labels), {.l2_softmax = 0, .lifted = 0, .margin = 1}, same);
  EXPECT_EQ(all.l2_softmax.item(), softmax.l2_softmax.item());
  EXPECT_EQ(all.lifted.item(), lifted.lifted.item());
  EXPECT_EQ(all.margin.item(), margin.margin.item());
  EXPECT_EQ(softmax.total.value().item(), 3 * softmax.l2_softmax.item());
  EXPECT_FALSE(softmax.lifted.defined() || softmax.margin.defined() || lifted.l2_softmax.defined());
  EXPECT_EQ(lifted.hardest.class_id.size(), 0);
}

TEST(Joint, ALossThatIsOffDrawsNothingAndGivesNoGradient) {
  Batch b;
  const Rng::State before = b.rng.state();
  const ThreeLoss loss = b.joint(b.e, labels_of(joint_labels), {.lifted = 0, .margin = 0}, b.rng);
  EXPECT_EQ(b.rng.state(), before);
  backward(loss.total);
  EXPECT_TRUE(b.e.grad().defined());
  EXPECT_TRUE(b.parameter("l2_softmax.alpha").value.grad().defined());
  EXPECT_FALSE(b.parameter("lifted.alpha").value.grad().defined());
  EXPECT_FALSE(b.parameter("margin.beta").value.grad().defined());
}

TEST(Joint, PairStatisticsComeWithEverySetting) {
  Batch b;
  const Matrix rows = matrix_of(b.e.value());
  const ThreeLoss loss = b.joint(b.e, labels_of(joint_labels), {.lifted = 0, .margin = 0}, b.rng);
  const PairStatistics statistics = read_pair_statistics(loss.pair_sums);
  EXPECT_EQ(statistics.positive.pairs, 3);
  EXPECT_EQ(statistics.negative.pairs, 12);
  const double mean =
      (inner_product(rows[0], rows[1]) + inner_product(rows[2], rows[3]) + inner_product(rows[4], rows[5])) /
      3;
  EXPECT_NEAR(statistics.positive.mean_cosine, mean, 1e-12);
}

TEST(Joint, EverythingOffIsAnError) {
  Batch b;
  EXPECT_THROW(b.joint(b.e, labels_of(joint_labels), {.l2_softmax = 0, .lifted = 0, .margin = 0}, b.rng),
               Error);
}

}  // namespace
}  // namespace dg
