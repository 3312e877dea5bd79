#include "apps/bench/training.h"

#include <cmath>

#include "apps/bench/bench.h"
#include "apps/options.h"
#include "autograd/ops.h"
#include "losses/l2_softmax.h"
#include "losses/margin.h"

namespace dg {
namespace {

const Choices<BenchSize> size_words{{BenchSize::small, "small"}, {BenchSize::full, "full"}};

constexpr std::int64_t images_per_class = 3;

std::vector<std::vector<PhotoId>> photo_lists(std::int64_t classes) {
  std::vector<std::vector<PhotoId>> lists(static_cast<std::size_t>(classes));
  PhotoId next = 0;
  for (auto& photos : lists) {
    for (std::int64_t i = 0; i < images_per_class; ++i) photos.push_back(next++);
  }
  return lists;
}

// Weights that keep the variance, ARFA's a = 1, and the k = 1.35 that it has for normally distributed inputs.
// Orthonormal weights and LSUV would take minutes at full size and do not change the time of a step.
void fill(const std::vector<Parameter*>& parameters, Rng& rng, Device device) {
  for (Parameter* p : parameters) {
    const Shape& s = p->shape;
    if (p->name.ends_with(".k")) {
      p->set(Tensor::full(s, Real(1.35)));
    } else if (s.rank() < 2) {
      p->set(Tensor::full(s, p->name.ends_with(".a") ? 1 : 0, device));
    } else {
      const double sd = 1 / std::sqrt(static_cast<double>(s.elements() / s[0]));
      std::vector<Real> values(static_cast<std::size_t>(s.elements()));
      for (Real& v : values) v = static_cast<Real>(sd * rng.normal());
      p->set(Tensor::from(s, values, device));
    }
  }
}

}  // namespace

void BenchWorkOptions::add(CLI::App& command, bool with_classes) {
  start_group(command, group::measurement);
  add_choice(command, "WORK", size_, size_words,
             "small (64 px, width/4, batch 81) or full (Table 1, batch 3)");
  command.add_option("--batch", batch_, "Images of a step")->check(at_least(1));
  if (with_classes) {
    command.add_option("--classes", classes_, "Classes of the head; 20,000 by default")->check(at_least(1));
  }
  command.add_option("--width", width_, "Multiplier of Table 1's channels")->check(above(0));
}

BenchWork BenchWorkOptions::work() const {
  BenchWork work{.name = word_of(size_words, size_), .network = {}, .batch = 3, .steps = 10};
  if (size_ == BenchSize::small) {
    work.network = {.input = 64, .width = 0.25, .padding = Padding::same};
    work.batch = 81;
    work.steps = 30;
  }
  work.batch = batch_.value_or(work.batch);
  work.classes = classes_.value_or(work.classes);
  work.network.width = width_.value_or(work.network.width);
  return work;
}

BenchTraining::BenchTraining(const BenchWork& work, BenchLoss loss, Device device)
    : work_(work),
      device_(device),
      network_(face_resnet(work.network)),
      index_(photo_lists(work.classes)),
      list_(index_.classes()) {
  losses_.add<L2Softmax>({}, L2SoftmaxOptions{.classes = work.classes, .embedding = work.network.embedding})
      .add<MarginLoss>({.weight = loss == BenchLoss::joint ? 1.0 : 0.0});
  require(work.batch >= 1, "bench", "the batch must be >= 1, got {}", work.batch);
  for (const LayerInfo& layer : network_.describe({1, work.network.input, work.network.input, 3})) {
    network_parameters_ += layer.parameters;
    network_macs_ += layer.macs;
  }
  Rng rng(1, 0);
  std::vector<Parameter*> parameters = network_.parameters();
  fill(parameters, rng, device);
  losses_.initialise(rng, device);
  for (Parameter* p : losses_.parameters()) parameters.push_back(p);
  optimiser_.emplace(parameters, NesterovSgdOptions{});

  const std::int64_t each = work.batch % images_per_class == 0 ? images_per_class : 1;
  const auto classes = static_cast<int>(work.batch / each);
  const ClassCounts counts =
      ClassCounts::fixed(static_cast<int>(work.batch), classes, static_cast<int>(each));
  mining_.emplace(index_, list_, counts, std::max(1, classes / 3), Rng(2, 0));
  random_.emplace(index_, counts, Rng(2, 0));

  const Shape shape{work.batch, work.network.input, work.network.input, 3};
  std::vector<Real> pixels(static_cast<std::size_t>(shape.elements()));
  for (Real& v : pixels) v = static_cast<Real>(rng.normal());
  images_ = Tensor::from(shape, pixels, device);
}

double BenchTraining::step(bool mining) {
  const Batch batch = mining ? mining_->next() : random_->next();
  profile_mark(Part::rest, "sampling");
  const auto labels = Array<std::int32_t>::from(batch.labels, device_);
  JointLoss loss = losses_(l2_normalize(network_.forward(Var(images_))), labels, pair_draws_);
  const double value = loss.total.value().item();
  profile_mark(Part::rest, "loss");
  optimiser_->minimise(loss.total, 0.01);
  if (mining) {
    const auto class_id = loss.hardest.class_id.to_vector();
    const auto logit = loss.hardest.logit.to_vector();
    const auto tied = loss.hardest.tied.to_vector();
    list_.observe({.labels = batch.labels, .class_id = class_id, .logit = logit, .tied = tied});
  }
  profile_mark(Part::rest, "mining");
  return value;
}

double BenchTraining::flop_per_step() const {
  return 2.0 * 3.0 * static_cast<double>(work_.batch) * static_cast<double>(macs_per_image());
}

double peak_flops(Device device) {
  constexpr std::int64_t n = 2048;
  const Tensor a = Tensor::full({n, n}, 1, device), b = Tensor::full({n, n}, 1, device);
  const Tensor c({n, n}, device);
  double best = 0;
  for (int round = 0; round < 6; ++round) {  // the first one warms up
    const double start = seconds_now();
    backend(device).gemm(
        {.m = n, .n = n, .k = n, .a = a.data(), .lda = n, .b = b.data(), .ldb = n, .c = c.data(), .ldc = n});
    backend(device).synchronize();
    if (round > 0) best = std::max(best, 2.0 * n * n * n / (seconds_now() - start));
  }
  return best;
}

}  // namespace dg
