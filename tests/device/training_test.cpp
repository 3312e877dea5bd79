// Training, checkpoints and evaluation on the device: the tiny run of tests/training/.
//
// The bound of a step's losses. One step's longest path has reductions of R numbers: forward, back, and the
// sum over images and pixels of a weight's gradient. The weights of step t carry the rounding of the t steps
// before it, each as large as one step's and independent of the others, so their squares add:
//   error of step t <= 16 eps sqrt((t + 1) R) max|ref|.
// That holds while training does not blow small differences up; over 20 steps it does not.
#include "device/networks.h"
#include "recognition/embedder.h"
#include "tensor/check.h"
#include "training/checkpoint.h"
#include "training/tiny_trainer.h"

namespace dg::test {
namespace {

constexpr int steps = 20;

// With TF32 a logit may differ by more than the best two classes do, and the batches follow who is mined:
// there every batch is random, and who is mined is compared where logits are exact (losses_test.cpp).
Config config() {
  std::vector<std::string> more{"steps=20", tf32() ? "cuda.precision=tf32" : "cuda.precision=strict"};
  if (tf32()) more.emplace_back("sampling.random_classes=6");
  return tiny_config(more);
}

struct Learnt {
  std::vector<Numbers> losses;  // per step: total, l2_softmax, lifted, margin
  std::vector<Numbers> cosines;
  std::vector<std::vector<ClassId>> lists;
  Named parameters;
};

Learnt learn(const fs::path& data, Device on) {
  TinyTrainer t(data, config(), on);
  t.trainer.initialise();
  Learnt learnt;
  for (int i = 0; i < steps; ++i) {
    const StepResult r = t.trainer.step();
    Numbers losses{static_cast<float>(r.total)};
    for (const double part : r.parts) losses.push_back(static_cast<float>(part));
    learnt.losses.push_back(losses);
    learnt.cosines.push_back(
        {static_cast<float>(r.pairs.positive.mean_cosine), static_cast<float>(r.pairs.negative.mean_cosine)});
    const auto list = t.trainer.doppelgangers().entries();
    learnt.lists.emplace_back(list.begin(), list.end());
  }
  for (const Parameter* p : t.trainer.parameters())
    learnt.parameters.emplace_back(p->name, p->value.value().to_vector());
  return learnt;
}

// The host looks at a step only when the next one has been given to the device.
Numbers losses_with_one_in_flight(const fs::path& data, const fs::path& checkpoint) {
  TinyTrainer t(data, config(), device());
  t.trainer.initialise();
  Numbers losses;
  const auto look = [&](std::size_t in_flight) {
    for (const StepResult& r : t.trainer.finish_steps(in_flight))
      losses.push_back(static_cast<float>(r.total));
  };
  for (int i = 0; i < steps; ++i) {
    t.trainer.start_step();
    look(1);
  }
  look(0);
  save_checkpoint(checkpoint, t.trainer, t.config);
  return losses;
}

Index step_reduction() {
  const Config c = config();
  Network network = make_network(c);
  return gradient_reduction(network, {c.sampling.batch, c.network.input, c.network.input, 3}) +
         4 * c.network.embedding + 4 * c.sampling.batch + c.sampling.batch * c.sampling.batch;
}

TEST(DeviceTraining, AStepInFlightChangesNoBit) {
  const fs::path data = pattern_folder("device_in_flight"), folder = fresh_folder("device_in_flight_runs");
  const Numbers overlapped = losses_with_one_in_flight(data, folder / "overlapped");
  TinyTrainer t(data, config(), device());
  t.trainer.initialise();
  for (int i = 0; i < steps; ++i)
    EXPECT_EQ(static_cast<float>(t.trainer.step().total), overlapped[static_cast<std::size_t>(i)]) << i;
  save_checkpoint(folder / "one_by_one", t.trainer, t.config);
  EXPECT_TRUE(bytes_of(folder / "overlapped") == bytes_of(folder / "one_by_one"));
}

TEST(DeviceTraining, ALossThatIsNotFiniteStopsTheStepsInFlightToo) {
  const fs::path data = pattern_folder("device_not_finite");
  TinyTrainer t(data, config(), device());
  t.trainer.initialise();
  t.trainer.step();
  const auto weights = [&t] {
    std::vector<Numbers> all;
    for (const Parameter* p : t.trainer.parameters()) all.push_back(p->value.value().to_vector());
    return all;
  };
  const Tensor bias = t.trainer.network().embedding_layer().bias().value.value();
  const Numbers good = bias.to_vector();
  const auto before = weights();
  Tensor(bias).fill(std::numeric_limits<float>::infinity());
  t.trainer.start_step();
  Tensor(bias).set(good);  // the next step's loss is finite
  t.trainer.start_step();
  EXPECT_THROW(t.trainer.finish_steps(), TrainingStopped);
  EXPECT_EQ(t.trainer.next_step(), 1);
  EXPECT_TRUE(weights() == before);
}

TEST(DeviceTraining, TheHostWaitsForNothingButTheMinedIds) {
  const fs::path data = pattern_folder("device_waits");
  TinyTrainer t(data, config(), device());
  t.trainer.initialise();
  for (int i = 0; i < 2; ++i) t.trainer.start_step(), t.trainer.finish_steps(1);
  const std::int64_t before = backend(device()).host_waits();
  for (int i = 2; i < 8; ++i) t.trainer.start_step(), t.trainer.finish_steps(1);
  EXPECT_EQ(backend(device()).host_waits(), before);
  t.trainer.finish_steps();
}

TEST(DeviceTraining, TwentyStepsAreTheReferencesAndRepeatBitForBit) {
  const fs::path data = pattern_folder("device_training");
  const Learnt ref = on_reference([&data](Device on) { return learn(data, on); });
  const Learnt got = learn(data, device()), again = learn(data, device());
  EXPECT_EQ(got.losses, again.losses);
  EXPECT_EQ(got.lists, again.lists);
  EXPECT_TRUE(got.parameters == again.parameters) << "two runs on the device differ";
  int mined_otherwise = 0;
  for (std::size_t t = 0; t < steps; ++t) {
    Parity parity{.operation = "training",
                  .what = fmt::format("losses of step {}", t),
                  .reduction = static_cast<Index>(t + 1) * step_reduction(),
                  .products = true};
    expect_parity(got.losses[t], ref.losses[t], parity);
    parity.what = fmt::format("mean cosines of step {}", t);
    parity.largest = 1;  // cosines
    expect_parity(got.cosines[t], ref.cosines[t], parity);
    for (std::size_t c = 0; c < ref.lists[t].size(); ++c)
      mined_otherwise += got.lists[t][c] != ref.lists[t][c];
  }
  // Who has the highest of two scores may depend on rounding where they are near, which is taken for the
  // cause, and not shown: with AVX2 that happens once in these 20 lists of 9 people, with AVX-512 never. A
  // batch that was drawn by another list would not have the reference's losses.
  if (!tf32()) {
    EXPECT_LE(mined_otherwise, 2);
  }
  EXPECT_LT(ref.losses[steps - 1][1], ref.losses[0][1]) << "it learns";
  EXPECT_GT(ref.losses[steps - 1][3], 0) << "the margin loss is on";
  const auto& list = ref.lists[steps - 1];
  EXPECT_GT(std::count_if(list.begin(), list.end(), [](ClassId c) { return c != no_class; }), 4);
  expect_parity(got.parameters, ref.parameters,
                {.operation = "training",
                 .what = "after 20 steps",
                 .reduction = steps * step_reduction(),
                 .products = true});
}

TEST(DeviceTraining, ASteadyStepTakesNothingFromTheSystem) {
  TinyTrainer t(pattern_folder("device_steady"), config(), device());
  t.trainer.initialise();
  for (int i = 0; i < 6; ++i) t.trainer.step();  // the margin loss joins at step 3
  const AllocatorStatistics before = allocator_statistics(device());
  if (before.reserved == before.in_use) GTEST_SKIP() << "the allocator passes every request through";
  for (int i = 0; i < 4; ++i) t.trainer.step();
  EXPECT_EQ(allocator_statistics(device()).system_calls, before.system_calls);
}

TEST(DeviceCheckpoint, FiveStepsAndFiveMoreAreTenBitForBit) {
  const fs::path data = pattern_folder("device_resume"), folder = fresh_folder("device_resume_runs");
  TinyTrainer whole(data, config(), device());
  whole.trainer.initialise();
  for (int i = 0; i < 5; ++i) whole.trainer.step();
  save_checkpoint(folder / "half", whole.trainer, whole.config);
  for (int i = 0; i < 5; ++i) whole.trainer.step();
  save_checkpoint(folder / "whole", whole.trainer, whole.config);

  TinyTrainer second(data, config(), device());
  load_checkpoint(folder / "half", second.trainer);
  EXPECT_EQ(second.trainer.next_step(), 5);
  save_checkpoint(folder / "half_again", second.trainer, second.config);
  EXPECT_TRUE(bytes_of(folder / "half") == bytes_of(folder / "half_again"));
  for (int i = 0; i < 5; ++i) second.trainer.step();
  save_checkpoint(folder / "two_halves", second.trainer, second.config);
  EXPECT_TRUE(bytes_of(folder / "whole") == bytes_of(folder / "two_halves"));
}

TEST(DeviceCheckpoint, WrittenOnTheDeviceItGoesOnOnTheReferenceAndBack) {
  const fs::path data = pattern_folder("device_moves"), folder = fresh_folder("device_moves_runs");
  TinyTrainer there(data, config(), device());
  there.trainer.initialise();
  for (int i = 0; i < 5; ++i) there.trainer.step();
  save_checkpoint(folder / "device", there.trainer, there.config);

  Numbers ref;
  {
    const OnReference guard;
    TinyTrainer here(data, config());
    load_checkpoint(folder / "device", here.trainer);
    save_checkpoint(folder / "reference", here.trainer, here.config);
    for (int i = 0; i < 3; ++i) ref.push_back(static_cast<float>(here.trainer.step().total));
  }
  EXPECT_TRUE(bytes_of(folder / "device") == bytes_of(folder / "reference"));

  TinyTrainer back(data, config(), device());
  load_checkpoint(folder / "reference", back.trainer);
  Numbers got;
  for (int i = 0; i < 3; ++i) got.push_back(static_cast<float>(back.trainer.step().total));
  expect_parity(got, ref,
                {.operation = "checkpoint",
                 .what = "three steps from one file",
                 .reduction = 3 * step_reduction(),
                 .products = true});
}

TEST(DeviceEvaluation, EmbeddingsOfTheTestPhotos) {
  const fs::path data = pattern_folder("device_evaluation");
  std::vector<PhotoId> photos;
  for (int p = 0; p < 13; ++p) photos.push_back(3 * p % 48);  // batches of 5, 5 and 3
  const auto embed = [&](Device on) {
    TinyTrainer t(data, config(), on);
    t.trainer.initialise();
    const EmbeddedPhotos e = embed_photos(t.trainer.network(), t.store, photos, {.device = on, .batch = 5});
    EXPECT_EQ(e.photos, photos);
    return Named{{"embeddings", e.values}};
  };
  compare(
      embed,
      {.operation = "embed_photos", .what = "13 photos", .reduction = step_reduction(), .products = true});
}

}  // namespace
}  // namespace dg::test
