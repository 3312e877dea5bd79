// What a trainer's future depends on, beside parameters and velocities, as bytes (docs/checkpoints.md).
#include "training/trainer.h"

namespace dg {

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
      classes_seen_ = distinct_classes(0);
    } else if (name == doppelgangers) {
      list_.load(bytes);
    } else if (name == list_health) {
      health_.load(bytes);
    } else if (name == sampler) {
      sampler_->load(bytes);
    } else {
      steps_.emplace_back().batch = load_batch(bytes);
    }
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    steps_[i].number = next_step_ + static_cast<std::int64_t>(i);
    loader_.submit(steps_[i].number, steps_[i].batch.photos);
  }
}

}  // namespace dg
