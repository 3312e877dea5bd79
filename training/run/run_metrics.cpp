#include "training/run/run_metrics.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace dg {
namespace {

// The smallest and largest a of all channels (ARFA, eq. 1): at its floor a channel is nearly flat below zero.
std::pair<double, double> range_of_a(const std::vector<Parameter*>& parameters) {
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const Parameter* p : parameters) {
    if (!p->name.ends_with(".a")) continue;
    const auto values = p->value.value().to_vector();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    lowest = std::min<double>(lowest, *low);
    highest = std::max<double>(highest, *high);
  }
  return {lowest, highest};
}

}  // namespace

std::int64_t recent_steps(std::int64_t steps) { return std::clamp<std::int64_t>(steps / 4, 50, 500); }

RunMetrics::RunMetrics(const Config& config, std::int64_t photos, std::span<const LossPart> losses)
    : images_(config.sampling.batch),
      photos_(photos),
      recent_(static_cast<std::size_t>(recent_steps(config.steps))),
      losses_(losses) {
  const auto found = std::find_if(losses.begin(), losses.end(),
                                  [](const LossPart& part) { return part.loss->prototype_based(); });
  prototype_based_ = found == losses.end() ? 0 : static_cast<std::size_t>(found - losses.begin());
}

void RunMetrics::keep(std::deque<double>& recent, double value) const {
  recent.push_back(value);
  if (recent.size() > recent_) recent.pop_front();
}

double RunMetrics::mean(const std::deque<double>& recent) {
  return recent.empty()
             ? 0
             : std::accumulate(recent.begin(), recent.end(), 0.0) / static_cast<double>(recent.size());
}

// DGRM, then both windows, each a vector of the bits of doubles.
State RunMetrics::save() const {
  StateWriter out("DGRM");
  for (const auto* recent : {&prototype_loss_, &violating_}) {
    std::vector<std::uint64_t> bits;
    for (const double value : *recent) bits.push_back(std::bit_cast<std::uint64_t>(value));
    out.put(bits);
  }
  return std::move(out).finish();
}

void RunMetrics::load(const State& state) {
  StateReader in(state, "DGRM");
  for (auto* recent : {&prototype_loss_, &violating_}) {
    recent->clear();
    for (const std::uint64_t bits : in.get_vector<std::uint64_t>())
      keep(*recent, std::bit_cast<double>(bits));
  }
  in.finish();
}

void RunMetrics::start(std::int64_t steps_done, double now) {
  logged_step_ = steps_done;
  logged_at_ = begun_at_ = counted_from_ = now;
  counted_step_ = steps_done;
}

void RunMetrics::add(const StepResult& step) {
  latest_ = step;
  keep(prototype_loss_, step.parts[prototype_based_]);
  keep(violating_, step.pairs.negative.violating);
  constexpr double kept = 0.98;  // of what was there before: a mean over some 50 steps
  smoothed_loss_ = kept * smoothed_loss_ + (1 - kept) * step.total;
  smoothed_weight_ = kept * smoothed_weight_ + (1 - kept);
}

StepProgress RunMetrics::progress(std::int64_t done, double now, std::int64_t last) {
  const auto images = [this](std::int64_t steps) { return static_cast<double>(steps * images_); };
  // Counted anew every few seconds, so that the line neither jumps nor lags behind.
  constexpr double long_enough = 5;
  const double since = now - counted_from_;
  if (since >= long_enough || images_per_second_ == 0) {
    images_per_second_ = images(done - counted_step_) / std::max(1e-9, since);
    if (since >= long_enough) {
      counted_from_ = now;
      counted_step_ = done;
    }
  }
  const std::size_t recent = std::min<std::size_t>(50, violating_.size());
  return {.step = done,
          .steps = last,
          .epoch = images(done) / static_cast<double>(std::max<std::int64_t>(1, photos_)),
          .loss = smoothed_loss_ / std::max(1e-9, smoothed_weight_),
          .violating =
              std::accumulate(violating_.end() - static_cast<std::ptrdiff_t>(recent), violating_.end(), 0.0) /
              static_cast<double>(std::max<std::size_t>(1, recent)),
          .images_per_second = images_per_second_,
          .elapsed = now - begun_at_,
          .left = images(last - done) / images_per_second_};
}

double RunMetrics::input_bound(const Trainer& trainer) const {
  return trainer.seconds_waited_for_photos() / std::max(1e-9, training_);
}

void RunMetrics::write(RunLog& log, Trainer& trainer, const Profile& profile, double now) {
  const StepResult& r = latest_;
  const double since = std::max(1e-9, now - logged_at_), wait = trainer.seconds_waited_for_photos(),
               sampling = trainer.seconds_sampling();
  const std::int64_t done = trainer.next_step();
  const double steps = static_cast<double>(std::max<std::int64_t>(1, done - logged_step_));
  const double images_per_second = static_cast<double>((done - logged_step_) * images_) / since;
  const ListFigures list = trainer.measure_list();
  const auto [a_min, a_max] = range_of_a(trainer.parameters());
  RunLog::Fields fields{{"step", static_cast<double>(done)}, {"rate", r.rate}, {"loss", r.total}};
  const auto add = [&fields](RunLog::Fields more) { fields.insert(fields.end(), more.begin(), more.end()); };
  for (std::size_t i = 0; i < losses_.size(); ++i) {
    fields.emplace_back(losses_[i].loss->name(), r.parts[i]);
  }
  add({{losses_[prototype_based_].loss->name() + "_recent", prototype_loss()},
       {"positive_cosine", r.pairs.positive.mean_cosine},
       {"negative_cosine", r.pairs.negative.mean_cosine},
       {"positive_violating", r.pairs.positive.violating},
       {"negative_violating", r.pairs.negative.violating},
       {"negative_violating_recent", violating_negative()},
       {"gradient_norm", r.gradient_norm}});
  for (const LossPart& part : losses_) {
    for (const auto& [name, parameter] : part.loss->logged())
      fields.emplace_back(name, parameter->value.value().to_vector()[0]);
  }
  add({{"arfa_a_min", a_min},
       {"arfa_a_max", a_max},
       {"list_filled", list.filled},
       {"list_changed", list.changed},
       {"in_degree_max", static_cast<double>(list.in_degree_max)},
       {"in_degree_gini", list.in_degree_gini},
       {"distinct_classes_1000", static_cast<double>(trainer.distinct_classes(1000))},
       {"sampler_ms", 1e3 * (sampling - sampled_) / steps},
       {"sampler_share", (sampling - sampled_) / since},
       {"sampler_bytes", static_cast<double>(trainer.sampler_bytes())},
       {"images_per_second", images_per_second},
       {"input_wait", (wait - waited_) / since},
       {"input_bound", input_bound(trainer)}});
  for (const Part part : all_parts) {  // shares of the step just done
    fields.emplace_back(fmt::format("time_{}", name(part)),
                        profile.seconds(part) / std::max(1e-9, profile.seconds()));
  }
  log.metrics(fields);
  logged_at_ = now;
  waited_ = wait;
  sampled_ = sampling;
  logged_step_ = done;
}

}  // namespace dg
