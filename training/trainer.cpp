#include "training/trainer.h"

#include <cmath>

#include "layers/lsuv.h"
#include "recognition/embedder.h"
#include "tensor/stopwatch.h"
#include "training/advice.h"
#include "training/class_means.h"
#include "training/sampler.h"
#include "training/streams.h"

namespace dg {
namespace {

// Adds the seconds of its own life to a sum.
class Timer {
 public:
  explicit Timer(double& seconds) : seconds_(seconds) {}
  ~Timer() { seconds_ += watch_.seconds(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  double& seconds_;
  const Stopwatch watch_;
};

// The step as people and metrics.jsonl count: the first one is 1.
std::int64_t number_of(const StepResult& r) { return r.step + 1; }

}  // namespace

Trainer::Trainer(const Config& config, const PhotoSet& set, const Split& split, PhotoStore& store,
                 Device device)
    : config_(config),
      set_(set),
      split_(split),
      store_(store),
      device_(device),
      network_(make_network(config)),
      losses_(loss_parts(config, static_cast<std::int64_t>(split.base_classes.size()))),
      schedule_({.rate = config.optim.rate,
                 .final_rate = config.optim.final_rate,
                 .steps = config.steps,
                 .restart_period = config.optim.restart_period,
                 .restart_factor = config.optim.restart_factor,
                 .warmup = config.optim.warmup,
                 .extended_at = config.optim.extended_at}),
      index_(split.base_train),
      list_(index_.classes()),
      health_(list_),
      sampler_(make_sampler(
          config.sampling, index_, list_,
          [this](std::span<const PhotoId> photos) {
            return embed_once(network_, store_, photos, {.device = device_});
          },
          Rng(config.seed, stream::sampling))),
      images_(device),
      labels_(device),
      augmentations_(device),
      last_seen_(static_cast<std::size_t>(index_.classes()), -1),
      loader_(store, {.workers = static_cast<int>(config.sampling.lag == 0 ? 0 : config.data.workers)}) {
  use_precision(config);
  for (std::size_t i = 0; i < max_in_flight; ++i) downloads_.push_back(std::make_unique<Download>(device));
}

std::vector<Parameter*> Trainer::parameters() {
  std::vector<Parameter*> all = network_.parameters();
  for (Parameter* p : losses_.parameters()) all.push_back(p);
  return all;
}

void Trainer::initialise(const Words& say, const std::function<void(Network&)>& load) {
  Rng rng(config_.seed, stream::weights);
  network_.initialise(rng, device_);
  losses_.initialise(rng, device_);
  if (load) {
    load(network_);
  } else {
    scale_weights(say);
  }
  if (config_.init.classifier == ClassifierStart::means) start_at_class_means(say);
  start_optimiser();
}

void Trainer::scale_weights(const Words& say) {
  // LSUV looks at training photos drawn at random, augmented as in training.
  Rng draw(config_.seed, stream::lsuv_photos);
  const std::int64_t n = config_.init.lsuv_images;
  std::vector<PhotoId> chosen;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto c = static_cast<ClassId>(draw.below(static_cast<std::uint64_t>(index_.classes())));
    const auto photos = index_.photos_of(c);
    chosen.push_back(photos[draw.below(photos.size())]);
  }
  say(fmt::format("scaling the weights on {} photos (LSUV)", n));
  const auto images = Array<std::uint8_t>::from(store_.load_all(chosen), device_);
  const Tensor x = augment(images, store_.size(), draw_augmentations(n, config_.augment, draw));
  lsuv(network_, x);
  if (config_.init.centre) centre_embedding(network_, x);
}

void Trainer::start_at_class_means(const Words& say) {
  for (const LossPart& part : losses_.parts()) {
    Parameter* const weight = part.loss->class_weight();
    if (weight == nullptr) continue;
    std::int64_t before = 0;  // photos of the calls before
    const auto embed = [&](std::span<const PhotoId> photos) {
      Embeddings embedded = embed_once(network_, store_, photos,
                                       {.device = device_, .progress = [&](std::int64_t done, std::int64_t) {
                                          say(fmt::format("class means: {} photos embedded", before + done));
                                        }});
      before += std::ssize(photos);
      return embedded;
    };
    const std::vector<float> rows =
        class_mean_rows(index_, config_.init.means_photos, config_.init.means_length, embed);
    weight->set(Tensor::from(weight->shape, rows, device_));
  }
}

void Trainer::allocate() {
  for (Parameter* p : parameters()) p->set(Tensor::zeros(p->shape, p->trainable ? device_ : Device::cpu));
  start_optimiser();
}

void Trainer::start_optimiser() {
  optimiser_.emplace(parameters(), NesterovSgdOptions{.momentum = config_.optim.momentum,
                                                      .decay = config_.optim.decay,
                                                      .rate_inside = config_.optim.rate_inside,
                                                      .clip_norm = config_.optim.clip_norm});
}

void Trainer::plan(std::int64_t step) {
  while (next_step_ + static_cast<std::int64_t>(steps_.size()) <= step) {
    const Timer timer(seconds_sampling_);
    Step& planned = steps_.emplace_back();
    planned.number = next_step_ + static_cast<std::int64_t>(steps_.size()) - 1;
    try {
      planned.batch = sampler_->next();
    } catch (...) {
      steps_.pop_back();
      throw;
    }
    loader_.submit(planned.number, planned.batch.photos);
  }
}

Tensor Trainer::training_images(std::int64_t step, const LoadedBatch& photos) {
  const Array<std::uint8_t> images = images_.send(photos.pixels);
  const std::vector<Augmentation> draws =
      draw_augmentations(static_cast<std::int64_t>(photos.photos.size()), config_.augment,
                         Rng(config_.seed, stream::pixels + static_cast<std::uint64_t>(step)));
  return augment(images, store_.size(), augmentations_.send(draws));
}

StepResult Trainer::step() {
  start_step();
  return finish_steps().back();
}

void Trainer::start_step() {
  require(optimiser_.has_value(), "trainer", "initialise or load must come before step {}", next_step_);
  require(in_flight_ < max_in_flight, "trainer", "{} steps are in flight; finish some first", in_flight_);
  if (config_.sampling.lag == 0) finish_steps();
  const std::int64_t t = started_steps();
  changing_ = true;
  if (in_flight_ == 0) plan(t + config_.sampling.lag);
  changing_ = false;
  profile_mark(Part::rest, "sampling");
  const LoadedBatch photos = loader_.take(t);
  profile_mark(Part::loader, "wait");
  Step& step = steps_[in_flight_];
  const Array<std::int32_t> labels = labels_.send(step.batch.labels);

  Var images(training_images(t, photos));
  profile_mark(Part::elementwise, "augmentation");
  const Var embeddings = l2_normalize(network_.forward(std::move(images)));
  Rng pair_draws(config_.seed, stream::pairs + static_cast<std::uint64_t>(t));
  JointLoss loss = losses_(embeddings, labels, pair_draws, t);
  step.rate = schedule_.rate(t);
  step.photos.assign(photos.photos.begin(), photos.photos.end());
  start_download(loss, step);
  profile_mark(Part::rest, "download");
  changing_ = optimiser_->updates_early();  // else it needs no memory any more when it changes the weights
  optimiser_->minimise(loss.total, step.rate);
  changing_ = true;
  step.clipping = step.download->add(optimiser_->clipping());
  step.download->finish();
  ++in_flight_;  // a step that threw on the way never started
  changing_ = false;
}

void Trainer::start_download(const JointLoss& loss, Step& step) {
  if (step.download == nullptr) {  // else it was started before, and stopped by an error
    step.download = std::move(downloads_.back());
    downloads_.pop_back();
  }
  Download& down = *step.download;
  const std::size_t rows = static_cast<std::size_t>(loss.hardest.class_id.size());
  // The scalars, sums of 6 and clipping, with 8 bytes to spare for each array, and the hardest class of each
  // row.
  down.start(64 * (loss.parts.size() + 6) + rows * (sizeof(std::int32_t) + sizeof(Real) + 1));
  const auto numbers = [&](const Tensor& t) {
    return t.defined() ? down.add(t.array()) : std::span<const Real>();
  };
  step.total = numbers(loss.total.value());
  step.parts.clear();
  for (const Tensor& part : loss.parts) step.parts.push_back(numbers(part));
  step.pair_sums = numbers(loss.pair_sums);
  step.hardest = {.class_id = down.add(loss.hardest.class_id),
                  .logit = down.add(loss.hardest.logit),
                  .tied = down.add(loss.hardest.tied)};
  if (rows > 0) step.hardest.labels = step.batch.labels;
}

std::vector<StepResult> Trainer::finish_steps(std::size_t in_flight) {
  std::vector<StepResult> results;
  changing_ = true;
  while (in_flight_ > in_flight) {
    results.push_back(finish_oldest());
    if (in_flight_ > 0) plan(next_step_ + config_.sampling.lag);
  }
  changing_ = false;
  return results;
}

StepResult Trainer::finish_oldest() {
  Step& step = steps_.front();
  step.download->wait();
  const auto value = [](std::span<const Real> number) {
    return number.empty() ? 0.0 : static_cast<double>(number[0]);
  };
  StepResult r{.step = step.number,
               .rate = step.rate,
               .total = value(step.total),
               .gradient_norm = step.clipping[0].norm};
  for (const auto& part : step.parts) r.parts.push_back(value(part));
  r.pairs = read_pair_statistics(step.pair_sums);
  try {
    guard_finite(r, step);
    observe(step);
  } catch (...) {
    in_flight_ = 0;  // the device has changed nothing since
    throw;
  }
  for (const ClassId c : step.batch.classes) {
    std::int64_t& last = last_seen_[static_cast<std::size_t>(c)];
    classes_seen_ += last < 0;
    last = r.step;
  }
  downloads_.push_back(std::move(step.download));
  steps_.pop_front();
  --in_flight_;
  ++next_step_;
  profile_mark(Part::rest, "mining");
  guard_collapse(r);
  return r;
}

void Trainer::observe(const Step& step) {
  if (step.hardest.labels.empty()) return;
  const auto& s = config_.sampling;
  if (static_cast<double>(classes_seen_) < s.list_from_seen * static_cast<double>(list_.classes())) return;
  double not_the_methods = 0;  // other methods keep the list for comparison only
  const Timer timer(s.method == SamplingMethod::doppelganger ? seconds_sampling_ : not_the_methods);
  list_.observe(step.hardest, s.update_rule);
}

void Trainer::guard_finite(const StepResult& r, const Step& step) {
  if (std::isfinite(r.total) && std::isfinite(r.gradient_norm)) return;
  std::string parts;
  for (std::size_t i = 0; i < r.parts.size(); ++i) {
    if (std::isfinite(r.parts[i])) continue;
    parts += fmt::format("{}{} = {}", parts.empty() ? "" : ", ", losses_.parts()[i].loss->name(), r.parts[i]);
  }
  if (parts.empty() && !std::isfinite(r.total)) parts = fmt::format("total = {}", r.total);
  const bool loss_is_finite = parts.empty();
  if (loss_is_finite) {
    parts = fmt::format("norm {} at a loss of {}", r.gradient_norm, r.total);
    whole_ = !optimiser_->updates_early();
  }
  std::string text = fmt::format(
      "[trainer] step {}: the {} is not finite ({}), and nothing was learnt from it. What helps: {}. The "
      "batch was",
      number_of(r), loss_is_finite ? "gradient" : "loss", parts, advice_on_divergence(config_));
  for (const PhotoId photo : step.photos) text += "\n  " + set_.name(photo);
  throw TrainingStopped(text);
}

void Trainer::guard_collapse(const StepResult& r) {
  const bool collapsed =
      r.pairs.negative.pairs > 0 && r.pairs.negative.mean_cosine > config_.guard.collapse_cosine;
  collapsed_steps_ = collapsed ? collapsed_steps_ + 1 : 0;
  if (collapsed_steps_ == 0 || collapsed_steps_ % config_.guard.collapse_steps != 0) return;
  const std::string text = fmt::format(
      "[trainer] step {}: the embedding has collapsed: photos of different people have had a mean cosine "
      "above {} for {} steps. What helps: {}",
      number_of(r), config_.guard.collapse_cosine, collapsed_steps_, advice_on_collapse(config_));
  if (config_.guard.collapse != OnCollapse::warn) throw Collapsed(text);
  warning_ = text;
}

std::int64_t Trainer::distinct_classes(std::int64_t steps) const {
  const std::int64_t since = steps == 0 ? 0 : std::max<std::int64_t>(0, next_step_ - steps);
  return std::count_if(last_seen_.begin(), last_seen_.end(), [since](std::int64_t s) { return s >= since; });
}

}  // namespace dg
