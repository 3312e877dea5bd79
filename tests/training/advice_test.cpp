#include "training/advice.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Advice, NamesOnlyWhatIsNotOn) {
  Config c;
  c.init.classifier = ClassifierStart::means;
  EXPECT_EQ(advice_on_collapse(c), "a lower optim.rate (0.005)");
  EXPECT_EQ(advice_on_divergence(c), "a lower optim.rate (0.005)");
  c.init.classifier = ClassifierStart::zero;
  EXPECT_EQ(advice_on_collapse(c), "init.classifier = \"means\", a lower optim.rate (0.005)");
}

TEST(Advice, NamesAllOfIt) {
  Config c;
  c.init.classifier = ClassifierStart::normal;
  c.init.centre = false;
  c.optim.clip_norm = 0;
  c.optim.warmup = 0;
  c.optim.rate = 1;
  c.loss.margin_start = 0;
  c.sampling.method = SamplingMethod::random;
  EXPECT_EQ(advice_on_collapse(c),
            "init.classifier = \"means\", init.centre = true, optim.clip_norm = 1, optim.warmup = 500, "
            "loss.margin_start = 1000, batches with doppelgangers (sampling.method = \"doppelganger\" with "
            "sampling.random_classes at a third of the classes), a lower optim.rate (0.1)");
  EXPECT_EQ(advice_on_divergence(c), "optim.clip_norm = 1, optim.warmup = 500, a lower optim.rate (0.1)");
}

TEST(Advice, FitsTheLengthOfTheSchedule) {
  Config c;
  c.steps = 300;
  c.optim.warmup = 30;
  c.loss.margin_start = 60;
  c.init.classifier = ClassifierStart::means;
  EXPECT_EQ(advice_on_collapse(c), "a lower optim.rate (0.005)");
  c.optim.warmup = 3;
  c.loss.margin_start = 6;
  EXPECT_EQ(advice_on_collapse(c), "optim.warmup = 30, loss.margin_start = 60, a lower optim.rate (0.005)");
  c.loss.margin = 0;
  EXPECT_EQ(advice_on_collapse(c), "optim.warmup = 30, a lower optim.rate (0.005)");
}

TEST(Advice, RandomSamplingHasTwoSpellings) {
  Config c;
  c.init.classifier = ClassifierStart::means;
  c.sampling.random_classes = 27;
  EXPECT_NE(advice_on_collapse(c).find("batches with doppelgangers"), std::string::npos);
}

}  // namespace
}  // namespace dg
