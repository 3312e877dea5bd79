// What a trainer's future depends on, beside parameters and velocities, as bytes (docs/checkpoints.md).
#include "training/trainer.h"

#include <algorithm>
#include <set>

namespace dg {
namespace {

// More than any run takes, and so few that a sum with a lag cannot overflow.
constexpr std::int64_t most_steps = std::int64_t{1} << 60;

}  // namespace

std::vector<std::pair<std::string, State>> Trainer::save_state() const {
  require(in_flight_ == 0, "trainer", "{} steps are in flight; finish them before saving", in_flight_);
  StateWriter own("DGTR");
  own.put(next_step_);
  own.put(collapsed_steps_);
  own.put(last_seen_);
  const auto [trainer, doppelgangers, list_health, sampler] = state_names;
  std::vector<std::pair<std::string, State>> state{{trainer, std::move(own).finish()},
                                                   {doppelgangers, list_.save()},
                                                   {list_health, health_.save()},
                                                   {sampler, sampler_->save()}};
  for (std::size_t i = 0; i < steps_.size(); ++i)
    state.emplace_back(planned_state(i), save_batch(steps_[i].batch));
  return state;
}

std::string Trainer::planned_state(std::size_t i) { return fmt::format("state.planned.{}", i); }

// A batch that the sampler could have made: different classes of this run, and photos that train them.
void Trainer::check_planned(const Batch& batch) const {
  constexpr auto where = "trainer";
  require(std::ssize(batch.photos) == config_.sampling.batch, where,
          "a planned batch must have sampling.batch = {} photos, got {}", config_.sampling.batch,
          batch.photos.size());
  std::set<ClassId> seen;
  std::size_t row = 0;
  for (std::size_t i = 0; i < batch.classes.size(); ++i) {
    const ClassId c = batch.classes[i];
    require(c >= 0 && c < index_.classes() && seen.insert(c).second, where,
            "a planned batch must have different classes of 0..{}, got {}", index_.classes() - 1, c);
    require(batch.photos_per_class[i] > 0, where,
            "a planned batch must show each of its classes, got {} of {}", batch.photos_per_class[i], c);
    const auto photos = index_.photos_of(c);
    for (int n = 0; n < batch.photos_per_class[i]; ++n, ++row) {
      require(std::ranges::find(photos, batch.photos[row]) != photos.end(), where,
              "a planned batch must show class {} by photos that train it, got photo {}", c,
              batch.photos[row]);
    }
  }
}

void Trainer::load_state(const std::vector<std::pair<std::string, State>>& state) {
  require(next_step_ == 0 && steps_.empty(), "trainer",
          "state can be loaded only before the first step, not at {}", next_step_);
  const auto [trainer, doppelgangers, list_health, sampler] = state_names;
  for (const auto& [name, bytes] : state) {
    if (name == trainer) {
      StateReader in(bytes, "DGTR");
      next_step_ = in.get<std::int64_t>();
      collapsed_steps_ = in.get<std::int64_t>();
      last_seen_ = in.get_vector<std::int64_t>();
      in.finish();
      require(next_step_ >= 0 && next_step_ <= most_steps, "trainer",
              "the number of saved steps must be in 0..{}, got {}", most_steps, next_step_);
      require(collapsed_steps_ >= 0 && collapsed_steps_ <= next_step_, "trainer",
              "the number of steps that looked collapsed must be in 0..{}, got {}", next_step_,
              collapsed_steps_);
      require(std::ssize(last_seen_) == index_.classes(), "trainer",
              "the saved state must be of {} classes, got {}", index_.classes(), last_seen_.size());
      require(std::ranges::all_of(last_seen_, [this](std::int64_t s) { return s >= -1 && s < next_step_; }),
              "trainer", "the saved last step of a class must be in -1..{}", next_step_ - 1);
      classes_seen_ = distinct_classes(0);
    } else if (name == doppelgangers) {
      list_.load(bytes);
    } else if (name == list_health) {
      health_.load(bytes);
    } else if (name == sampler) {
      sampler_->load(bytes);
    } else {
      // `lag` of them are saved between steps; where a step failed, it and those started with it too.
      const std::int64_t most = config_.sampling.lag + static_cast<std::int64_t>(max_in_flight);
      require(std::ssize(steps_) < most, "trainer",
              "with sampling.lag = {} there may be {} planned batches, the saved state has more",
              config_.sampling.lag, most);
      Batch batch = load_batch(bytes);
      check_planned(batch);
      steps_.emplace_back().batch = std::move(batch);
    }
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    steps_[i].number = next_step_ + static_cast<std::int64_t>(i);
    loader_.submit(steps_[i].number, steps_[i].batch.photos);
  }
}

}  // namespace dg
