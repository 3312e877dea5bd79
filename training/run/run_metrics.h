// The figures of a run while it goes on: one line of metrics.jsonl every log.every steps (docs/checkpoints.md
// names the keys).
#pragma once
#include <deque>

#include "tensor/profile.h"
#include "training/run/run_log.h"
#include "training/trainer.h"

namespace dg {

/// How many steps are recent: a quarter of the schedule, at least 50 and at most 500, so that the figures at
/// the end of a short run are not those of its beginning.
std::int64_t recent_steps(std::int64_t steps);

class RunMetrics {
 public:
  /// `photos`: how many there are to train on. `losses` must outlive the metrics.
  RunMetrics(const Config& config, std::int64_t photos, std::span<const LossPart> losses);

  /// Times are seconds since the run began. The first line counts from here.
  void start(std::int64_t steps_done, double now);
  void add(const StepResult& step);
  /// The recent steps, so that a resumed run writes the lines that an undisturbed one does.
  State save() const;
  void load(const State& state);
  /// Adds to the time spent in steps: without logging, evaluation and checkpoints.
  void trained_for(double seconds) { training_ += seconds; }
  /// A line for the step that was added last, of which `profile` says where its time went.
  void write(RunLog& log, Trainer& trainer, const Profile& profile, double now);
  /// Of a run that ends after `last` steps.
  StepProgress progress(std::int64_t done, double now, std::int64_t last);

  /// Share of the training time spent waiting for photos: 0.2 = a faster input would save a fifth.
  double input_bound(const Trainer& trainer) const;
  /// Means over the recent steps.
  double prototype_loss() const { return mean(prototype_loss_); }  // the first prototype-based one
  double violating_negative() const { return mean(violating_); }
  double negative_cosine() const { return latest_.pairs.negative.mean_cosine; }  // of the last step

 private:
  void keep(std::deque<double>& recent, double value) const;
  static double mean(const std::deque<double>& recent);

  std::int64_t images_, photos_;
  std::size_t recent_;
  std::span<const LossPart> losses_;
  std::size_t prototype_based_;  // the first such loss among them, else the first of all
  StepResult latest_;
  std::deque<double> prototype_loss_, violating_;  // of the recent steps
  double training_ = 0;
  double logged_at_ = 0, waited_ = 0, sampled_ = 0;  // seconds at the last line
  std::int64_t logged_step_ = 0;                     // and the steps done by then
  // For people, and not kept: the loss smoothed over some 50 steps with the sum of its weights, and a moment
  // from which the speed is counted.
  double smoothed_loss_ = 0, smoothed_weight_ = 0;
  double begun_at_ = 0, counted_from_ = 0, images_per_second_ = 0;
  std::int64_t counted_step_ = 0;
};

}  // namespace dg
