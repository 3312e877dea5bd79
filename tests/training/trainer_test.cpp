#include "training/trainer.h"

#include "error_text.h"
#include "training/checkpoint.h"
#include "training/tiny_trainer.h"

namespace dg {
namespace {

TEST(Trainer, FiveStepsAndFiveMoreAreTenBitForBit) {
  const fs::path data = pattern_folder("resume"), folder = fresh_folder("resume_runs");
  TinyTrainer whole(data, tiny_config());
  whole.trainer.initialise();
  for (int i = 0; i < 10; ++i) whole.trainer.step();
  save_checkpoint(folder / "whole", whole.trainer, whole.config);

  TinyTrainer first(data, tiny_config());
  first.trainer.initialise();
  for (int i = 0; i < 5; ++i) first.trainer.step();
  save_checkpoint(folder / "half", first.trainer, first.config);
  TinyTrainer second(data, tiny_config());
  load_checkpoint(folder / "half", second.trainer);
  EXPECT_EQ(second.trainer.next_step(), 5);
  for (int i = 0; i < 5; ++i) second.trainer.step();
  save_checkpoint(folder / "two_halves", second.trainer, second.config);
  EXPECT_TRUE(bytes_of(folder / "whole") == bytes_of(folder / "two_halves"));
}

TEST(Trainer, TheLoadersThreadsNeverChangeTheResult) {
  const fs::path data = pattern_folder("workers"), folder = fresh_folder("workers_runs");
  std::string expected;
  for (const char* workers : {"0", "1", "3"}) {
    TinyTrainer b(data, tiny_config());
    b.config.data.workers = std::stoi(workers);
    TinyTrainer with(data, b.config);
    with.trainer.initialise();
    for (int i = 0; i < 6; ++i) with.trainer.step();
    save_checkpoint(folder / "run", with.trainer, tiny_config());
    if (expected.empty()) expected = bytes_of(folder / "run");
    EXPECT_TRUE(bytes_of(folder / "run") == expected) << workers << " workers";
  }
}

TEST(Trainer, LearnsAFewClassesByHeart) {
  const fs::path data = pattern_folder("overfit");
  TinyTrainer b(data, tiny_config({"steps=150", "optim.rate=0.05", "augment.mirror=false", "augment.colour=0",
                                   "augment.grey=0", "init.classifier=zero"}));
  b.trainer.initialise();
  double first = 0, last = 0;
  for (int i = 0; i < 150; ++i) {
    const StepResult r = b.trainer.step();
    if (i == 0) first = r.parts[0];
    last = r.parts[0];
  }
  EXPECT_NEAR(first, std::log(9), 1e-4) << "a classifier started at zero gives every class the same chance";
  EXPECT_LT(last, 0.3);
}

TEST(Trainer, AClassifierMayStartAtTheMeansOfItsClasses) {
  const fs::path data = pattern_folder("means");
  TinyTrainer b(data, tiny_config({"init.classifier=means", "init.means_length=0.25"}));
  b.trainer.initialise();
  const Tensor weight = b.trainer.losses()[0].loss->class_weight()->value.value();
  ASSERT_EQ(weight.shape(), (Shape{9, 8}));
  const std::vector<Real> rows = weight.to_vector();
  for (std::size_t c = 0; c < 9; ++c) {
    double squares = 0;
    for (std::size_t i = 0; i < 8; ++i) squares += static_cast<double>(rows[c * 8 + i]) * rows[c * 8 + i];
    EXPECT_NEAR(std::sqrt(squares), 0.25, 1e-6) << c;
  }
  // A class is nearer to its own photos than the others are, in the mean: the loss begins below that of even
  // chances.
  EXPECT_LT(b.trainer.step().parts[0], std::log(9) - 0.1);
}

TEST(Trainer, ALossThatIsAskedForJoinsAtItsStepAndOthersAreNotThere) {
  const fs::path data = pattern_folder("contrastive");
  TinyTrainer plain(data, tiny_config()),
      more(data, tiny_config({"loss.contrastive=2", "loss.contrastive_start=1"}));
  plain.trainer.initialise();
  more.trainer.initialise();
  EXPECT_EQ(plain.trainer.losses().size(), 3u);
  ASSERT_EQ(more.trainer.losses().size(), 4u);
  EXPECT_EQ(more.trainer.losses()[3].loss->name(), "contrastive");
  const StepResult without = plain.trainer.step(), first = more.trainer.step(), second = more.trainer.step();
  EXPECT_EQ(first.total, without.total);
  EXPECT_EQ(first.parts[3], 0);
  EXPECT_GT(second.parts[3], 0);
  EXPECT_NEAR(second.total, second.parts[0] + 0.1 * second.parts[1] + 2 * second.parts[3],
              1e-5 * second.total);
}

TEST(Trainer, BatchesFollowTheListOfLagStepsAgo) {
  // With lag L, the batches 0..L are planned from the empty list, whatever the first steps teach: random
  // sampling would draw the same classes. With L = 0 batch 1 already follows what step 0 taught.
  const fs::path data = pattern_folder("lag");
  TinyTrainer b(data, tiny_config({"sampling.lag=3"}));
  b.trainer.initialise();
  for (int i = 0; i < 6; ++i) b.trainer.step();
  EXPECT_GT(b.trainer.distinct_classes(0), 0);
  const auto state = b.trainer.save_state();
  const auto planned = std::count_if(state.begin(), state.end(),
                                     [](const auto& s) { return s.first.starts_with("state.planned"); });
  EXPECT_EQ(planned, 3) << "after a step, exactly L batches are planned ahead";
}

TEST(Trainer, TiedScoresOfAZeroClassifierLeaveTheListAlone) {
  const fs::path data = pattern_folder("tied");
  TinyTrainer b(data, tiny_config({"init.classifier=zero"}));
  b.trainer.initialise();
  b.trainer.step();
  for (const ClassId d : b.trainer.doppelgangers().entries()) EXPECT_EQ(d, no_class);
  b.trainer.step();
  EXPECT_GT(b.trainer.measure_list().filled, 0);
}

TEST(Trainer, ALossThatIsNotFiniteNamesStepPartAndPhotos) {
  const fs::path data = pattern_folder("nan");
  TinyTrainer b(data, tiny_config());
  b.trainer.initialise();
  b.trainer.step();
  Tensor(b.trainer.network().embedding_layer().bias().value.value())
      .fill(std::numeric_limits<float>::quiet_NaN());
  const std::string text = error_text<TrainingStopped>([&] { b.trainer.step(); });
  EXPECT_NE(text.find("step 2: the loss is not finite (l2_softmax = nan"), std::string::npos) << text;
  EXPECT_NE(text.find(".jpg"), std::string::npos) << text;
}

// The embedding before its normalisation is so short that the loss is finite and its gradient, which is
// divided by that length, is not.
TEST(Trainer, AGradientThatIsNotFiniteStopsAtItsOwnStep) {
  const fs::path data = pattern_folder("nan_gradient");
  for (const bool clips : {false, true}) {
    TinyTrainer b(data, tiny_config({clips ? "optim.clip_norm=1" : "optim.clip_norm=0", "loss.margin=1e20",
                                     "loss.margin_start=1"}));
    b.trainer.initialise();
    EXPECT_GT(b.trainer.step().gradient_norm, 0);
    for (const Parameter* p : b.trainer.parameters()) {
      if (!p->name.starts_with("fc.")) continue;
      std::vector<Real> values = p->value.value().to_vector();
      for (Real& v : values) v *= 1e-25f;
      Tensor(p->value.value()).set(values);
    }
    const std::string text = error_text<TrainingStopped>([&] { b.trainer.step(); });
    EXPECT_TRUE(contains(text, "step 2: the gradient is not finite (norm "));
    EXPECT_TRUE(contains(text, ".jpg"));
    EXPECT_EQ(b.trainer.next_step(), 1);
    EXPECT_EQ(b.trainer.whole(), clips);
    for (const Parameter* p : b.trainer.parameters()) {
      for (const Real v : p->value.value().to_vector()) ASSERT_TRUE(std::isfinite(v)) << p->name;
    }
  }
}

TEST(Trainer, ACollapsedEmbeddingStopsTheRunOrWarns) {
  const fs::path data = pattern_folder("collapse");
  const auto collapse = [](TinyTrainer& b) {
    b.trainer.initialise();
    Linear& fc = b.trainer.network().embedding_layer();
    Tensor(fc.weight().value.value()).fill(0);
    Tensor(fc.bias().value.value()).fill(1);
  };
  TinyTrainer stops(data, tiny_config({"guard.collapse_steps=2", "init.classifier=zero"}));
  collapse(stops);
  stops.trainer.step();
  const std::string text = error_text<TrainingStopped>([&] { stops.trainer.step(); });
  EXPECT_NE(text.find("the embedding has collapsed"), std::string::npos) << text;
  EXPECT_NE(text.find("init.classifier"), std::string::npos) << text;
  TinyTrainer warns(data, tiny_config({"guard.collapse_steps=2", "guard.collapse=warn"}));
  collapse(warns);
  warns.trainer.step();
  EXPECT_FALSE(warns.trainer.take_warning().has_value());
  warns.trainer.step();
  EXPECT_TRUE(warns.trainer.take_warning().has_value());
}

}  // namespace
}  // namespace dg
