#include "apps/bench/samplers_parts.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "sampling/compared/class_graph_sampler.h"
#include "sampling/compared/hard_class_sampler.h"
#include "sampling/compared/nearest_classes.h"
#include "sampling/doppelganger_sampler.h"
#include "sampling/random_sampler.h"
#include "sampling/sampler_state.h"
#include "tensor/math.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

// Three photos per class are enough to draw from: their number changes no time, only the length of an epoch.
IdentityIndex index_of(ClassId classes) {
  std::vector<ClassId> labels;
  labels.reserve(static_cast<std::size_t>(classes) * bench_images);
  for (ClassId c = 0; c < classes; ++c) labels.insert(labels.end(), bench_images, c);
  return IdentityIndex::from_labels(labels, classes);
}

Embeddings random_directions(std::size_t rows, std::size_t dim, Rng& rng) {
  Embeddings e{.values = std::vector<float>(rows * dim), .dim = dim};
  const double scale = 1 / std::sqrt(static_cast<double>(dim));
  for (float& v : e.values) v = static_cast<float>(scale * rng.normal());
  return e;
}

ClassId another(ClassId c, ClassId classes, Rng& rng) {
  const auto step = 1 + static_cast<ClassId>(rng.below(static_cast<std::uint64_t>(classes - 1)));
  return static_cast<ClassId>((std::int64_t{c} + step) % classes);
}

// The softmax's pass over the scores without mining: the highest and the sum of the wrong classes alone.
struct PlainSoftmax {
  struct Acc {
    Real highest, sum;
  };
  struct Fold {
    using Acc = PlainSoftmax::Acc;
    static Acc identity() { return {std::numeric_limits<Real>::lowest(), 0}; }
    static Acc combine(Acc p, Acc q) {
      const Real lead = p.highest - q.highest;
      const bool first = lead > 0;
      const Real fade = exp_of(first ? -lead : lead);
      return {first ? p.highest : q.highest, first ? p.sum + q.sum * fade : q.sum + p.sum * fade};
    }
  };
  const Real* x;
  const std::int32_t* labels;
  std::int64_t classes;
  Real* loss;

  Acc map(std::int64_t row, std::int64_t c) const {
    const bool wrong = c != labels[row];
    const Real value = x[row * classes + c];
    return {wrong ? value : std::numeric_limits<Real>::lowest(), Real(wrong)};
  }
  void finish(std::int64_t row, Acc wrong) const {
    const double gap = double{wrong.highest} - double{x[row * classes + labels[row]]};
    loss[row] = static_cast<Real>(std::log1p(double{wrong.sum} * std::exp(gap)));
  }
};

double ms_of(const std::function<void()>& call) {
  const double start = seconds_now();
  call();
  return 1e3 * (seconds_now() - start);
}

}  // namespace

double median_ms(std::int64_t rounds, const std::function<void()>& call) {
  std::vector<double> times;
  for (std::int64_t i = 0; i < rounds; ++i) times.push_back(ms_of(call));
  return spread(std::move(times)).median;
}

double photo_ms(const FaceResnetOptions& options) {
  const NoGrad guard;
  Rng rng(1);
  Network network = face_resnet(options);
  network.initialise(rng);
  const Tensor images = Tensor::full({bench_batch, options.input, options.input, 3}, Real(0.1));
  network.forward(Var(images));
  return median_ms(5, [&] { network.forward(Var(images)); }) / bench_batch;
}

SyntheticClasses::SyntheticClasses(const Options& options)
    : options_(options),
      counts_(ClassCounts::fixed(bench_batch, bench_batch / bench_images, bench_images)),
      index_(index_of(options.classes)) {
  Rng rng(1);
  directions_ = random_directions(4096, options.embedding, rng);  // used over and over
}

SamplerCost SyntheticClasses::random() const {
  RandomSampler sampler(index_, counts_, Rng(2));
  return {.choose_ms = median_ms(options_.rounds, [&] { sampler.next(); })};
}

SamplerCost SyntheticClasses::doppelganger() const {
  Rng rng(3);
  std::vector<ClassId> classes, doppelgangers;
  for (ClassId c = 0; c < options_.classes; ++c) {
    classes.push_back(c);
    doppelgangers.push_back(another(c, options_.classes, rng));
  }
  DoppelgangerList list(options_.classes);
  list.observe_classes(classes, doppelgangers);
  DoppelgangerSampler sampler(index_, list, counts_, options_.random_classes, Rng(2));
  SamplerCost cost{.choose_ms = median_ms(options_.rounds, [&] { sampler.next(); })};

  std::vector<double> learn;
  for (std::int64_t i = 0; i < options_.rounds; ++i) {
    const Batch batch = sampler.next();
    std::vector<ClassId> best;
    std::vector<float> logit;
    for (const ClassId label : batch.labels) {
      best.push_back(another(label, options_.classes, rng));
      logit.push_back(static_cast<float>(rng.uniform()));
    }
    const std::vector<std::uint8_t> tied(best.size(), 0);
    const HardestClasses rows{.labels = batch.labels, .class_id = best, .logit = logit, .tied = tied};
    learn.push_back(ms_of([&] { list.observe(rows); }));
  }
  cost.learn_ms = spread(std::move(learn)).median;
  cost.scores_ms = added_by_mining_ms();
  cost.kept_bytes = cost.peak_bytes = sampler.bytes();
  return cost;
}

// The difference between two passes over the same scores, measured in turns.
double SyntheticClasses::added_by_mining_ms() const {
  const NoGrad guard;
  const std::int64_t classes = options_.classes;
  const Tensor scores({bench_batch, classes});
  Rng rng(4);
  std::vector<Real> row(static_cast<std::size_t>(classes));
  for (Real& v : row) v = static_cast<Real>(10 * rng.uniform());
  std::vector<std::int32_t> targets;
  for (std::int64_t i = 0; i < bench_batch; ++i) {  // each row is a rotation of the same random scores
    const auto shift = static_cast<std::ptrdiff_t>(i * classes / bench_batch);
    std::rotate_copy(row.begin(), row.begin() + shift, row.end(), scores.data() + i * classes);
    targets.push_back(static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(classes))));
  }
  const auto labels = Array<std::int32_t>::from(targets, Device::cpu);
  std::vector<Real> loss(bench_batch);
  std::vector<double> added;
  // Enough rounds for a median, and few enough to take seconds with a million classes.
  const std::int64_t rounds = std::clamp<std::int64_t>(2'000'000 / classes, 11, 101);
  for (std::int64_t i = 0; i < rounds; ++i) {
    const double mined = ms_of([&] { softmax_cross_entropy(Var(scores), labels); });
    const double plain = ms_of([&] {
      reduce_rows(Device::cpu, bench_batch, classes,
                  PlainSoftmax{scores.data(), labels.data(), classes, loss.data()});
    });
    added.push_back(mined - plain);
  }
  return std::max(0.0, spread(std::move(added)).median);
}

SamplerCost SyntheticClasses::hard_class() const {
  std::int64_t embedded = 0;
  std::size_t place = 0;
  const auto embed = [&](std::span<const PhotoId> photos) {
    embedded += static_cast<std::int64_t>(photos.size());
    Embeddings e{.values = {}, .dim = directions_.dim};
    for (std::size_t i = 0; i < photos.size(); ++i, place = (place + 1) % directions_.rows()) {
      const float* row = directions_.values.data() + place * directions_.dim;
      e.values.insert(e.values.end(), row, row + directions_.dim);
    }
    return e;
  };
  HardClassSampler sampler(index_, embed, counts_, {.random_classes = options_.random_classes}, Rng(2));
  SamplerCost cost{.choose_ms = median_ms(options_.rounds, [&] { sampler.next(); })};
  cost.photos_per_step = static_cast<double>(embedded) / static_cast<double>(options_.rounds);
  cost.peak_bytes = sampler.bytes();
  return cost;
}

std::int64_t SyntheticClasses::graph_rows() const {
  return std::min<std::int64_t>(options_.classes,
                                std::max<std::int64_t>(1024, 20'000'000 / options_.classes));
}

SamplerCost SyntheticClasses::class_graph() const {
  const auto never = [](std::span<const PhotoId>) -> Embeddings { throw Error("no graph is made here"); };
  ClassGraphSampler sampler(index_, never, counts_,
                            {.random_classes = options_.random_classes, .every = std::int64_t{1} << 40},
                            Rng(2));
  // A graph of random neighbours, loaded as a saved state. Making a true graph is timed separately below.
  const int neighbours = sampler.options().neighbours;
  Rng rng(5);
  std::vector<ClassId> graph;
  for (std::int64_t i = 0; i < std::int64_t{options_.classes} * neighbours; ++i)
    graph.push_back(another(static_cast<ClassId>(i / neighbours), options_.classes, rng));
  StateWriter state("DGSG");
  put_sampler(state, index_, Rng(2));
  state.put(std::int64_t{0});
  state.put(graph);
  sampler.load(std::move(state).finish());
  SamplerCost cost{.choose_ms = median_ms(options_.rounds, [&] { sampler.next(); })};
  cost.kept_bytes = sampler.bytes();

  const Embeddings prototypes =
      random_directions(static_cast<std::size_t>(options_.classes), options_.embedding, rng);
  const PackedColumns packed(prototypes);
  const double ms =
      ms_of([&] { nearest_classes(prototypes, packed, neighbours, 0, static_cast<ClassId>(graph_rows())); });
  const auto classes = static_cast<double>(options_.classes);
  cost.graph_s = 1e-3 * ms * classes / static_cast<double>(graph_rows());
  const double epoch = std::ceil(classes * static_cast<double>(options_.photos) / bench_batch);
  cost.graph_ms = 1e3 * cost.graph_s / epoch;
  cost.photos_per_step = classes * sampler.options().photos / epoch;
  cost.peak_bytes = cost.kept_bytes + static_cast<std::int64_t>(2 * prototypes.values.size() * sizeof(float));
  return cost;
}

}  // namespace dg
