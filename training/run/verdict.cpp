#include "training/run/verdict.h"

#include <fmt/format.h>

#include <cmath>

#include "interop/number_text.h"

namespace dg {
namespace {

constexpr std::int64_t fewest_steps = 100;
constexpr double collapsing_cosine = 0.9, saturated_loss = 0.1, saturated_pairs = 0.002, guessing = 0.9,
                 schedule_to_learn = 0.2, waiting = 0.2;

// Below which four photos a person, as in docs/results.md, are few; and its gate on base top-1.
constexpr double few_photos = 8, base_gate = 0.98, base_far = 0.5;

// As many as are needed for a test with novel people (data/split.cpp).
constexpr std::int64_t fewest_people = 50;

// Of a share of n: sqrt(p (1 - p) / n), and not 0 where p is 0 or 1.
double standard_error(double share, std::int64_t n) {
  const auto count = static_cast<double>(n);
  return std::sqrt(std::max(share * (1 - share), 1 / count) / count);
}

bool fell_back(const TrainingFigures& f) {
  if (!f.score || !f.best_score || f.tested == 0) return false;
  return *f.score < *f.best_score - 2 * standard_error(*f.best_score, f.tested);
}

}  // namespace

Verdict judge(const TrainingFigures& f) {
  if (f.step < fewest_steps) return Verdict::too_early;
  if (f.negative_cosine > collapsing_cosine) return Verdict::collapsing;
  if (fell_back(f) && f.loss_before && f.prototype_loss < *f.loss_before) return Verdict::overfitting;
  if (f.prototype_loss < saturated_loss && f.violating.value_or(0) < saturated_pairs)
    return Verdict::saturated;
  const double guess = std::log(static_cast<double>(f.classes));
  if (static_cast<double>(f.step) >= schedule_to_learn * static_cast<double>(f.steps) &&
      f.prototype_loss > guessing * guess)
    return Verdict::not_learning;
  return Verdict::learning;
}

std::string describe(Verdict verdict, const TrainingFigures& f) {
  const std::string loss = f.loss_before
                               ? fmt::format("softmax loss {} (before {})", short_number(f.prototype_loss),
                                             short_number(*f.loss_before))
                               : fmt::format("softmax loss {}", short_number(f.prototype_loss));
  const std::string pairs =
      f.violating ? fmt::format(", {} of the negative pairs violate the margin", percent(*f.violating)) : "";
  std::string text;
  switch (verdict) {
    case Verdict::too_early:
      text = fmt::format("too early to say how it goes: {}", loss);
      break;
    case Verdict::collapsing:
      text = fmt::format("collapsing: photos of different people have a mean cosine of {:.2f}",
                         f.negative_cosine);
      break;
    case Verdict::overfitting:
      text = fmt::format("overfitting: {}, but {:.2f}% right, {:.2f}% at best", loss, 100 * *f.score,
                         100 * *f.best_score);
      break;
    case Verdict::saturated:
      text = fmt::format("saturated: {}{}: little is left to learn from", loss, pairs);
      break;
    case Verdict::not_learning:
      text = fmt::format("not learning: {}, {} is a guess among {} people", loss,
                         short_number(std::log(static_cast<double>(f.classes))), f.classes);
      break;
    case Verdict::learning:
      text = fmt::format("learning: {}{}", loss, pairs);
      break;
  }
  if (f.input_bound >= waiting) {
    text += fmt::format(
        "; input-bound: {:.0f}% of the time was spent waiting for photos (data.workers, data.cache_mb)",
        100 * f.input_bound);
  }
  return text;
}

std::string advice_on_mining(const TrainingFigures& f) {
  const std::string pairs =
      f.violating ? fmt::format(", {} of the negative pairs violate the margin", percent(*f.violating)) : "";
  if (!f.base_top1) return "mining: whether it pays cannot be said without photos of known people to test";
  if (f.classes < fewest_people)
    return fmt::format(
        "mining: whether it pays cannot be said of {} people; among so few hardly any are alike", f.classes);
  const std::string known = fmt::format("base top-1 {:.1f}%{}", 100 * *f.base_top1, pairs);
  if (*f.base_top1 >= base_gate) {
    if (f.mines)
      return fmt::format("mining: likely to pay here ({}); sampling.method = \"random\" is the comparison",
                         known);
    return fmt::format("mining: likely to pay here ({}): sampling.method = \"doppelganger\"", known);
  }
  if (*f.base_top1 < base_far || f.photos_of_each < few_photos) {
    return fmt::format(
        "mining: unlikely to change much here ({}, {:.1f} photos a person): more photos and steps help first",
        known, f.photos_of_each);
  }
  return fmt::format("mining: undecided here ({}): it pays once known people are recognised ({:.0f}%)", known,
                     100 * base_gate);
}

}  // namespace dg
