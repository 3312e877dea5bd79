// Delivers observations to a doppelganger list a fixed number of steps late, so that results never depend on
// timing.
//
// Steps are numbered 0, 1, 2, ...; batch t is the one that step t trains on. With lag L, batch t is built
// from a list that holds exactly the observations of steps 0..t-1-L. L = 0 is the literal reading of the
// paper: each batch knows all steps before it, so it cannot be prepared while one of them is still running.
// With L > 0 up to L batches can be prepared ahead, and the result of a step on a GPU is needed only L steps
// later.
//
//   queue.deliver(t, list);    // before batch t is drawn
//   queue.push(t, mine(...));  // after step t, at any time before deliver(t + 1 + L, list)
#pragma once
#include <cstdint>
#include <deque>
#include <span>

#include "sampling/doppelganger_list.h"
#include "sampling/observation.h"
#include "sampling/state.h"

namespace dg {

class LagQueue {
 public:
  /// Error when lag < 0.
  explicit LagQueue(int lag);

  int lag() const { return lag_; }
  /// The step whose observation is to be pushed next.
  std::int64_t next_step() const { return delivered_ + static_cast<std::int64_t>(waiting_.size()); }

  /// Takes the observation of step `step`. Error unless step = next_step(): each step once, in order. A step
  /// without one pushes an empty observation.
  void push(std::int64_t step, Observation seen);

  /// Brings `list` to the state that batch `batch` is built from: steps 0..batch-1-lag and no more, even if
  /// more were pushed. Error, and nothing is changed, when one of them has not been pushed yet, or when the
  /// list already knows later ones (batches are built in order; the same one twice is harmless). Errors of
  /// observe_classes.
  void deliver(std::int64_t batch, DoppelgangerList& list);

  /// "DGLQ", lag (int32), steps delivered (int64), observations waiting (uint64), and for each its classes
  /// and their doppelgangers (int32 vectors).
  State save() const;
  /// Error, and nothing is changed, when `state` is damaged or of a queue with another lag.
  void load(std::span<const std::uint8_t> state);

  bool operator==(const LagQueue&) const = default;

 private:
  int lag_;
  std::int64_t delivered_ = 0;       // the list knows steps 0..delivered_-1
  std::deque<Observation> waiting_;  // of steps delivered_, delivered_+1, ...
};

}  // namespace dg
