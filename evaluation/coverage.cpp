#include "evaluation/coverage.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/decimal.h"

namespace dg {

RankedAnswers::RankedAnswers(std::span<const Answer> answers) {
  require(!answers.empty(), "coverage", "at least one image is needed, got none");
  ranked_.reserve(answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    require(!std::isnan(answers[i].confidence), "coverage",
            "confidence of image {} must be a number, got nan", i);
    ranked_.push_back({answers[i], i});
  }
  std::stable_sort(ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) {
    return a.answer.confidence > b.answer.confidence;
  });
}

Coverage RankedAnswers::at(double precision, CoverageRule rule) const {
  return at(precision, rule, std::vector<std::uint32_t>(ranked_.size(), 1));
}

Coverage RankedAnswers::at(double precision, CoverageRule rule, std::span<const std::uint32_t> counts) const {
  require(counts.size() == ranked_.size(), "coverage", "counts must be one per image, got {} for {}",
          counts.size(), ranked_.size());
  const std::uint64_t target = billionths(precision, "coverage");
  Coverage best{.threshold = std::numeric_limits<double>::infinity()};
  std::uint64_t images = 0, answered = 0, right = 0;
  for (const std::uint32_t count : counts) images += count;
  bool violated = false;
  for (std::size_t i = 0; i < ranked_.size(); ++i) {
    const auto& [answer, image] = ranked_[i];
    if (answer.confidence == Answer::unanswered) break;  // these are last
    answered += counts[image];
    if (answer.correct) right += counts[image];
    if (i + 1 < ranked_.size() && ranked_[i + 1].answer.confidence == answer.confidence)
      continue;  // a tie goes on
    if (right * billion < target * answered) {
      violated = true;
    } else if (answered > best.answered && !(violated && rule == CoverageRule::first_violation)) {
      best.answered = answered;
      best.right = right;
      best.threshold = answer.confidence;
    }
  }
  require(images > 0, "coverage", "at least one image must be counted, all {} counts are 0", counts.size());
  best.images = images;
  return best;
}

}  // namespace dg
