// What a trainer's future depends on, beside parameters and velocities, as bytes (docs/checkpoints.md).
#include "training/trainer.h"

namespace dg {

std::vector<std::pair<std::string, State>> Trainer::save_state() const {
  require(in_flight_.empty(), "trainer", "{} steps are in flight; finish them before saving",
          in_flight_.size());
  StateWriter own("DGTR");
  own.put(next_step_);
  own.put(collapsed_steps_);
  own.put(last_seen_);
  std::vector<std::pair<std::string, State>> state{{"state.trainer", std::move(own).finish()},
                                                   {"state.doppelgangers", list_.save()},
                                                   {"state.list_health", health_.save()},
                                                   {"state.sampler", sampler_->save()}};
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    state.emplace_back(fmt::format("state.planned.{}", i), save_batch(planned_[i]));
  }
  return state;
}

void Trainer::load_state(const std::vector<std::pair<std::string, State>>& state) {
  require(next_step_ == 0 && planned_.empty(), "trainer",
          "state can be loaded only before the first step, not at {}", next_step_);
  for (const auto& [name, bytes] : state) {
    if (name == "state.trainer") {
      StateReader in(bytes, "DGTR");
      next_step_ = in.get<std::int64_t>();
      collapsed_steps_ = in.get<std::int64_t>();
      last_seen_ = in.get_vector<std::int64_t>();
      in.finish();
      classes_seen_ = distinct_classes(0);
    } else if (name == "state.doppelgangers") {
      list_.load(bytes);
    } else if (name == "state.list_health") {
      health_.load(bytes);
    } else if (name == "state.sampler") {
      sampler_->load(bytes);
    } else {
      planned_.push_back(load_batch(bytes));
    }
  }
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    loader_.submit(next_step_ + static_cast<std::int64_t>(i), planned_[i].photos);
  }
}

}  // namespace dg
