// How a training goes, in words, with the figures that the words rest on. Each rule is stated here and
// nowhere else; they are rules of thumb.
//
//   too early     fewer than 100 steps were made
//   collapsing    photos of different people have a mean cosine above 0.9
//   overfitting   the score is below the best one of before by more than two standard errors, and the loss
//                 went on falling
//   saturated     softmax loss below 0.1 and fewer than 1 in 500 negative pairs violate the margin: there is
//                 little left to learn from
//   not learning  after a fifth of the schedule the softmax loss is still above 0.9 ln(classes), which is
//                 nearly that of a guess
//   learning      none of these
//   input-bound   beside any of them: a fifth of the time or more was spent waiting for photos
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace dg {

/// What is looked at. Shares are in [0, 1].
struct TrainingFigures {
  std::int64_t step = 0, steps = 0, classes = 0;
  double prototype_loss = 0;                // mean over the recent steps (run_metrics.h)
  std::optional<double> loss_before;        // the same at the evaluation before
  double negative_cosine = 0;               // mean cosine of photos of different people
  std::optional<double> violating;          // share of negative pairs, recent steps; empty without pairs
  double input_bound = 0;                   // share of the time spent waiting for photos
  std::optional<double> score, best_score;  // of this evaluation, and the best one before it
  std::int64_t tested = 0;                  // photos or pairs behind them
  std::optional<double> base_top1;
  double photos_of_each = 0;  // training photos of a person, in the mean
  bool mines = false;         // whether batches have doppelgangers in them
};

enum class Verdict { too_early, learning, saturated, overfitting, collapsing, not_learning };

Verdict judge(const TrainingFigures& figures);

/// "learning: softmax loss 3.21 (before 3.80), 1.2% of the negative pairs violate the margin"
std::string describe(Verdict verdict, const TrainingFigures& figures);

/// Whether doppelganger mining is likely to pay here, by what docs/results.md found: it did where known
/// people were recognised (base top-1 98% or more, the paper's gate) and random batches had next to no
/// violating pair left; with four photos a person and a base top-1 of a tenth it was a tie.
std::string advice_on_mining(const TrainingFigures& figures);

}  // namespace dg
