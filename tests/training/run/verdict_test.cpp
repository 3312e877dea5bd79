#include "training/run/verdict.h"

#include <gtest/gtest.h>

#include "tests/error_text.h"

namespace dg {
namespace {

// In the middle of a run that goes well.
TrainingFigures well() {
  return {.step = 500,
          .steps = 1000,
          .classes = 100,
          .prototype_loss = 2,
          .loss_before = 3,
          .negative_cosine = 0.1,
          .violating = 0.012,
          .score = 0.8,
          .best_score = 0.7,
          .tested = 400};
}

TEST(Verdict, ARunThatGoesWellIsLearning) {
  EXPECT_EQ(judge(well()), Verdict::learning);
  EXPECT_EQ(describe(Verdict::learning, well()),
            "learning: softmax loss 2 (before 3), 1.2% of the negative pairs violate the margin");
  TrainingFigures first = well();
  first.loss_before = first.best_score = first.violating = std::nullopt;
  EXPECT_EQ(judge(first), Verdict::learning);
  EXPECT_EQ(describe(Verdict::learning, first), "learning: softmax loss 2");
}

TEST(Verdict, NothingIsSaidOfTheFirstSteps) {
  TrainingFigures f = well();
  f.negative_cosine = 1;
  f.step = 99;
  EXPECT_EQ(judge(f), Verdict::too_early);
  EXPECT_EQ(describe(Verdict::too_early, f), "too early to say how it goes: softmax loss 2 (before 3)");
  f.step = 100;
  EXPECT_EQ(judge(f), Verdict::collapsing);
}

TEST(Verdict, CollapsingComesFirst) {
  TrainingFigures f = well();
  f.negative_cosine = 0.91;
  EXPECT_EQ(judge(f), Verdict::collapsing);
  EXPECT_EQ(describe(Verdict::collapsing, f),
            "collapsing: photos of different people have a mean cosine of 0.91");
  f.negative_cosine = 0.89;
  EXPECT_EQ(judge(f), Verdict::learning);
}

TEST(Verdict, OverfittingIsAScoreThatFellByMoreThanChanceWhileTheLossFell) {
  TrainingFigures f = well();
  f.best_score = 0.8;  // the standard error of 0.8 of 400 is 0.02
  f.score = 0.755;
  EXPECT_EQ(judge(f), Verdict::overfitting);
  EXPECT_EQ(describe(Verdict::overfitting, f),
            "overfitting: softmax loss 2 (before 3), but 75.50% right, 80.00% at best");
  f.score = 0.765;
  EXPECT_EQ(judge(f), Verdict::learning);
  f.score = 0.755;
  f.loss_before = 1.9;
  EXPECT_EQ(judge(f), Verdict::learning);
  f = well();
  f.best_score = 1;  // whose standard error is taken for that of one error in 400: 0.0025
  f.score = 0.996;
  EXPECT_EQ(judge(f), Verdict::learning);
  f.score = 0.994;
  EXPECT_EQ(judge(f), Verdict::overfitting);
}

TEST(Verdict, SaturatedNeedsBothALowLossAndFewPairs) {
  TrainingFigures f = well();
  f.prototype_loss = 0.05;
  EXPECT_EQ(judge(f), Verdict::learning);
  f.violating = 0.001;
  EXPECT_EQ(judge(f), Verdict::saturated);
  EXPECT_EQ(
      describe(Verdict::saturated, f),
      "saturated: softmax loss 0.05 (before 3), 0.1% of the negative pairs violate the margin: little is "
      "left to learn from");
}

TEST(Verdict, NotLearningIsALossLikeThatOfAGuessAfterAFifth) {
  TrainingFigures f = well();
  f.prototype_loss = 4.2;  // ln 100 = 4.6
  EXPECT_EQ(judge(f), Verdict::not_learning);
  EXPECT_EQ(describe(Verdict::not_learning, f),
            "not learning: softmax loss 4.2 (before 3), 4.61 is a guess among 100 people");
  f.step = 199;
  EXPECT_EQ(judge(f), Verdict::learning);
}

TEST(Verdict, WaitingForPhotosIsSaidBesideIt) {
  TrainingFigures f = well();
  f.input_bound = 0.25;
  EXPECT_TRUE(contains(describe(judge(f), f), "; input-bound: 25% of the time was spent waiting for photos"));
  f.input_bound = 0.19;
  EXPECT_FALSE(contains(describe(judge(f), f), "input-bound"));
}

TEST(Verdict, OfFewPeopleMiningIsNotJudged) {
  TrainingFigures f = well();
  f.base_top1 = 1;
  f.photos_of_each = 20;
  f.classes = 49;
  EXPECT_EQ(advice_on_mining(f),
            "mining: whether it pays cannot be said of 49 people; among so few hardly any are alike");
  f.classes = 50;
  EXPECT_TRUE(contains(advice_on_mining(f), "mining: likely to pay here"));
}

TEST(Verdict, MiningPaysWhereKnownPeopleAreRecognised) {
  TrainingFigures f = well();
  f.photos_of_each = 20;
  EXPECT_EQ(advice_on_mining(f),
            "mining: whether it pays cannot be said without photos of known people to test");
  f.base_top1 = 0.985;
  EXPECT_EQ(advice_on_mining(f),
            "mining: likely to pay here (base top-1 98.5%, 1.2% of the negative pairs violate the margin): "
            "sampling.method = \"doppelganger\"");
  f.mines = true;
  EXPECT_TRUE(contains(advice_on_mining(f), "sampling.method = \"random\" is the comparison"));
  f.base_top1 = 0.9;
  EXPECT_TRUE(contains(advice_on_mining(f), "mining: undecided here (base top-1 90.0%"));
  f.photos_of_each = 4;
  EXPECT_TRUE(contains(advice_on_mining(f), "mining: unlikely to change much here (base top-1 90.0%"));
  EXPECT_TRUE(contains(advice_on_mining(f), "4.0 photos a person"));
}

}  // namespace
}  // namespace dg
