// Training, checkpoints and evaluation on the device: the tiny run of tests/training/.
//
// Every step is compared from one state: the reference loads the checkpoint that the device saved before it.
// Two runs that go on by themselves are no comparison: training blows rounding differences up, and who is
// mined, and so the batches, may depend on them. One step's longest path has reductions of R numbers:
// forward, back, and the sum over images and pixels of a weight's gradient.
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

// What one step taught.
struct Taught {
  Numbers losses;   // total, l2_softmax, lifted, margin
  Numbers cosines;  // means of the positive and the negative pairs
  std::vector<ClassId> list;
  Named numbers;  // parameters and velocities
  bool operator==(const Taught&) const = default;
};

Taught step(TinyTrainer& t) {
  const StepResult r = t.trainer.step();
  Taught taught;
  taught.losses = {static_cast<float>(r.total)};
  for (const double part : r.parts) taught.losses.push_back(static_cast<float>(part));
  taught.cosines = {static_cast<float>(r.pairs.positive.mean_cosine),
                    static_cast<float>(r.pairs.negative.mean_cosine)};
  const auto list = t.trainer.doppelgangers().entries();
  taught.list.assign(list.begin(), list.end());
  for (const Parameter* p : t.trainer.parameters())
    taught.numbers.emplace_back(p->name, p->value.value().to_vector());
  const NesterovSgd& sgd = t.trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i)
    taught.numbers.emplace_back("velocity." + sgd.parameters()[i]->name, sgd.velocity(i).to_vector());
  return taught;
}

// A bias's gradient is the sum of what its layer's output gets, in which nearly everything cancels; it is
// added from terms as large as those of the weight's gradient, of which the same output is a factor, and has
// their rounding. So both are one vector here. 0 where there is no weight beside it.
double largest_beside(const Named& all, const std::string& name) {
  if (!name.ends_with(".bias")) return 0;
  const std::string weight = name.substr(0, name.size() - 4) + "weight";
  double largest = 0;
  for (const auto& [other, numbers] : all)
    for (const float x : numbers)
      largest = other == weight ? std::max<double>(largest, std::fabs(x)) : largest;
  return largest;
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

TEST(DeviceTraining, EachOfTwentyStepsIsTheReferencesAndRepeatsBitForBit) {
  const fs::path data = pattern_folder("device_training"), folder = fresh_folder("device_training_runs");
  TinyTrainer t(data, config(), device()), again(data, config(), device());
  t.trainer.initialise();
  again.trainer.initialise();
  std::vector<Taught> run;
  for (int i = 0; i < steps; ++i) {
    save_checkpoint(folder / "before", t.trainer, t.config);
    const Taught ref = on_reference([&](Device on) {
      TinyTrainer here(data, config(), on);
      load_checkpoint(folder / "before", here.trainer);
      return step(here);
    });
    const Taught& got = run.emplace_back(step(t));
    EXPECT_TRUE(got == step(again)) << "two runs on the device differ at step " << i;
    Parity parity{.operation = "training",
                  .what = fmt::format("losses of step {}", i),
                  .reduction = step_reduction(),
                  .products = true};
    expect_parity(got.losses, ref.losses, parity);
    for (std::size_t n = 0; n < ref.numbers.size(); ++n) {
      const auto& [name, numbers] = ref.numbers[n];
      ASSERT_EQ(got.numbers[n].first, name);
      parity.what = fmt::format("after step {}: {}", i, name);
      parity.largest = largest_beside(ref.numbers, name);
      expect_parity(got.numbers[n].second, numbers, parity);
    }
    parity.what = fmt::format("mean cosines of step {}", i);
    parity.largest = 1;  // cosines
    expect_parity(got.cosines, ref.cosines, parity);
    if (!tf32()) {
      EXPECT_EQ(got.list, ref.list) << "mined otherwise at step " << i;
    }
  }
  EXPECT_LT(run.back().losses[1], run.front().losses[1]) << "it learns";
  EXPECT_GT(run.back().losses[3], 0) << "the margin loss is on";
  const auto& list = run.back().list;
  EXPECT_GT(std::count_if(list.begin(), list.end(), [](ClassId c) { return c != no_class; }), 4);
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
