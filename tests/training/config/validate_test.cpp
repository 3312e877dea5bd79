// Settings that do not fit together.
#include "training/config/config.h"

#include <gtest/gtest.h>

#include <cmath>

#include "training/config/set_error.h"

namespace dg {
namespace {

std::string invalid(const auto& change) {
  Config config;
  change(config);
  return error_text([&] { validate(config); });
}

TEST(ConfigChecks, BatchIsClassesTimesImages) {
  EXPECT_EQ(
      set_error("sampling.classes=26"),
      "[config] sampling.batch must be sampling.classes x sampling.images_per_class = 26 x 3 = 78, got 81");
  EXPECT_EQ(
      set_error("sampling.batch=82"),
      "[config] sampling.batch must be sampling.classes x sampling.images_per_class = 27 x 3 = 81, got 82");
  EXPECT_EQ(load_config({}, {"sampling.batch=12", "sampling.random_classes=4"}).sampling.fixed_classes(), 4);
}

TEST(ConfigChecks, RandomClassesFitInTheBatch) {
  EXPECT_EQ(set_error("sampling.random_classes=28"),
            "[config] sampling.random_classes (N_r) must be at most sampling.classes (N_c) = 27, got 28");
  EXPECT_EQ(error_text([] {
              load_config({}, {"sampling.images_per_class=2..8", "sampling.random_classes=41"});
            }),
            "[config] sampling.random_classes (N_r) must be at most 40, the most classes that 81 images with "
            "2..8 of "
            "each can have, got 41");
  EXPECT_NO_THROW(load_config({}, {"sampling.images_per_class=2..8", "sampling.random_classes=40"}));
}

TEST(ConfigChecks, RandomSamplingReadsNoNumberOfRandomClasses) {
  EXPECT_NO_THROW(load_config({}, {"sampling.method=random", "sampling.random_classes=28"}));
  EXPECT_NO_THROW(load_config(
      {}, {"sampling.method=random", "sampling.images_per_class=2..8", "sampling.random_classes=41"}));
}

TEST(ConfigChecks, ARangeOfImagesExcludesANumberOfClasses) {
  EXPECT_EQ(error_text([] {
              load_config({}, {"sampling.images_per_class=2..8", "sampling.classes=27"});
            }),
            "[config] sampling.classes must be absent or 0 when sampling.images_per_class is a range (here "
            "2..8; the "
            "number of classes is drawn), got 27");
  EXPECT_EQ(error_text([] { load_config({}, {"sampling.images_per_class=41..60"}); }),
            "[config] no batch of sampling.batch = 81 images has 41..60 images of each class");
}

TEST(ConfigChecks, LossesFitTogether) {
  EXPECT_EQ(
      error_text([] {
        load_config({}, {"loss.l2_softmax=0", "loss.margin=0"});
      }),
      "[config] one of loss.l2_softmax, loss.lifted, loss.margin and loss.contrastive must be > 0, got 0 for "
      "all");
  EXPECT_EQ(error_text([] {
              load_config({}, {"loss.l2_softmax=0", "loss.lifted=1"});
            }),
            "[config] loss.l2_softmax must be > 0 with sampling.method = \"doppelganger\", because "
            "doppelgangers come from its scores, got 0; sampling.method = \"random\" goes without");
  EXPECT_EQ(error_text([] {
              load_config({}, {"loss.l2_softmax=0", "sampling.random_classes=27"});
            }),
            "[config] loss.margin_start must be 0 when the margin loss is the only one, got 1000");
  const std::vector<std::string> late{"loss.l2_softmax=0", "sampling.random_classes=27", "loss.contrastive=1",
                                      "loss.contrastive_start=5"};
  EXPECT_EQ(error_text([&] { load_config({}, late); }),
            "[config] one of loss.margin_start and loss.contrastive_start must be 0, because there must be a "
            "loss from the first step");
  EXPECT_NO_THROW(load_config({}, {"loss.l2_softmax=0", "sampling.random_classes=27", "loss.contrastive=1"}));
}

TEST(ConfigChecks, RatesAndShapesFitTogether) {
  EXPECT_EQ(set_error("optim.final_rate=0.1"),
            "[config] optim.final_rate must be at most optim.rate = 0.05, got 0.1");
  EXPECT_EQ(set_error("network.width=0"), "[config] network.width must be > 0, got 0");
  EXPECT_EQ(
      set_error("network.branches=[3,2]"),
      "[config] network.branches must have one entry fewer than network.blocks, which has 4, got 2 entries");
  EXPECT_EQ(set_error("network.blocks=[]"), "[config] network.blocks must name at least one stage, got []");
  EXPECT_EQ(error_text([] {
              load_config({}, {"init.classifier=normal", "init.classifier_sd=0"});
            }),
            "[config] init.classifier_sd must be > 0 when init.classifier is \"normal\", got 0");
  EXPECT_EQ(error_text<Error>([] {
              load_config({}, {"init.classifier=means", "init.means_length=0"});
            }),
            "[config] init.means_length must be > 0 when init.classifier is \"means\", got 0");
  EXPECT_EQ(error_text([] {
              load_config({}, {"optim.rate=0", "optim.final_rate=0"});
            }),
            "[config] optim.rate must be > 0, got 0");
}

TEST(ConfigChecks, TheInputIsLargeEnoughForTheNetwork) {
  EXPECT_EQ(set_error("network.input=8"),
            "[config] network.input must be at least 31 with 4 stages (network.blocks) and network.padding = "
            "\"same\", got 8");
  EXPECT_NO_THROW(load_config({}, {"network.input=31"}));
  EXPECT_EQ(set_error("network.width=0.3"),
            "[config] the settings of [network] make no network: [face_resnet] width 0.3 makes 19.2 of Table "
            "1's 64 channels");
}

TEST(ConfigChecks, BranchesHaveAChannelEach) {
  EXPECT_TRUE(contains(error_text([] {
                         load_config({}, {"network.width=0.0625", "network.branches=[16, 1, 1]"});
                       }),
                       "the branches after stage 1 must be 1 to 9, because they share 16 channels, got 16"));
  EXPECT_NO_THROW(load_config({}, {"network.width=0.0625", "network.branches=[9, 1, 1]"}));
}

TEST(ConfigChecks, AllThatIsWrongIsNamedAtOnce) {
  EXPECT_EQ(error_text([] {
              load_config({}, {"sampling.batch=82", "optim.rate=0", "network.branches=[3, 2]"});
            }),
            "[config] sampling.batch must be sampling.classes x sampling.images_per_class = 27 x 3 = 81, got "
            "82\n"
            "[config] optim.rate must be > 0, got 0\n"
            "[config] network.branches must have one entry fewer than network.blocks, which has 4, got 2 "
            "entries");
  EXPECT_EQ(error_text([] {
              parse_config("[optim]\nrte = 1\nmomentum = 0.9\n[sampling]\nbatch = 0\n", "a.toml", {"lr=1"});
            }),
            "a.toml:2: unknown key optim.rte; did you mean optim.rate?\n"
            "a.toml:5: sampling.batch must be an integer in 1..1000000, got 0 (an integer)\n"
            "--set lr=1: unknown key lr; did you mean optim.rate?");
  EXPECT_EQ(invalid([](Config& c) { c.steps = 0, c.optim.decay = -1, c.sampling.batch = 82; }),
            "[config] steps must be an integer in 1..1000000000, got 0\n"
            "[config] optim.decay must be a number >= 0, got -1.0");
}

TEST(ConfigChecks, AConfigurationMadeInCodeMeetsTheSameRanges) {
  EXPECT_EQ(invalid([](Config& c) { c.steps = 0; }),
            "[config] steps must be an integer in 1..1000000000, got 0");
  EXPECT_EQ(invalid([](Config& c) { c.optim.decay = std::nan(""); }),
            "[config] optim.decay must be a number >= 0, got nan");
  EXPECT_EQ(invalid([](Config& c) { c.seed = ~std::uint64_t{0}; }),
            "[config] seed must be an integer >= 0, got 18446744073709551615");
  EXPECT_EQ(invalid([](Config& c) { c.guard.collapse = static_cast<OnCollapse>(3); }),
            "[config] guard.collapse must be \"stop\", \"warn\" or \"restart\", got 3");
  EXPECT_EQ(invalid([](Config& c) {
              c.data.base_identities = {SplitOptions::Base::first, 0};
            }),
            "[config] data.base_identities must be an integer >= 1, \"auto\" or \"all\", got 0");
  EXPECT_EQ(invalid([](Config& c) { c.sampling.images_per_class = {.lo = 0, .hi = 0}; }),
            "[config] sampling.images_per_class must be an integer >= 1, \"lo..hi\" or [lo, hi] with 1 <= lo "
            "<= hi, "
            "got 0");
}

TEST(ConfigChecks, ClassifierLearningHasARateThatFalls) {
  EXPECT_EQ(set_error("classifier.rate=0"), "[config] classifier.rate must be > 0, got 0");
  EXPECT_EQ(set_error("classifier.final_rate=0.01"),
            "[config] classifier.final_rate must be at most classifier.rate = 0.001, got 0.01");
}

}  // namespace
}  // namespace dg
