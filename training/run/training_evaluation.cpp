#include "training/run/training_evaluation.h"

#include <fmt/format.h>

#include "recognition/recogniser.h"
#include "tensor/check.h"

namespace dg {

BestScore EvaluationFigures::score() const {
  if (pairs_accuracy) return {"pairs_accuracy", *pairs_accuracy};
  if (novel_top1) return {"novel_top1", *novel_top1};
  return {"base_top1", base_top1.value()};
}

std::string EvaluationFigures::text() const {
  std::string text;
  const auto add = [&text](const char* what, const std::optional<double>& share) {
    if (share) text += fmt::format("{}{} {:.2f}%", text.empty() ? "" : ", ", what, 100 * *share);
  };
  add("accuracy on pairs", pairs_accuracy);
  add("novel top-1", novel_top1);
  add("coverage at 99% precision", coverage_99);
  add("base top-1", base_top1);
  return text;
}

RunLog::Fields EvaluationFigures::metrics(std::int64_t step) const {
  RunLog::Fields line{{"step", static_cast<double>(step)}};
  const auto add = [&line](const char* name, const std::optional<double>& share) {
    if (share) line.emplace_back(name, *share);
  };
  add("novel_top1", novel_top1);
  add("coverage_0.99", coverage_99);
  add("base_top1", base_top1);
  add("pairs_accuracy", pairs_accuracy);
  return line;
}

TrainingEvaluation::TrainingEvaluation(const Config& config, const std::filesystem::path& folder,
                                       const TrainingData& data, PhotoStore& store)
    : data_(data), store_(store) {
  if (config.evaluate.pairs.empty()) return;
  const std::string& photos = config.evaluate.pairs_photos;
  pairs_.emplace(config.evaluate.pairs, photos.empty() ? folder : std::filesystem::path(photos), config);
}

EvaluationFigures TrainingEvaluation::run(Network& network, const EmbedderOptions& options) {
  EvaluationFigures figures;
  if (data_.held_out) {
    const OneShotResult scores = recognise(network, store_, data_.split, {}, options);
    figures.novel_top1 = scores.novel_top1;
    figures.base_top1 = scores.base_top1;
    if (scores.novel_top1) figures.coverage_99 = scores.coverage_at(0.99).coverage();
    figures.tested = std::ssize(scores.novel_top1 ? scores.novel : scores.base);
  }
  if (pairs_) {
    figures.pairs_accuracy = pairs_->score(network, options).accuracy;
    figures.tested = static_cast<std::int64_t>(pairs_->pairs());
    figures.broken = pairs_->broken();
  }
  return figures;
}

bool EvaluationHistory::add(const EvaluationFigures& figures, double prototype_loss) {
  last = figures;
  loss_before = loss;
  loss = prototype_loss;
  best_before = best;
  const BestScore score = figures.score();
  if (best && best->of == score.of && score.value <= best->value) {
    ++without_better;
    return false;
  }
  best = score;
  without_better = 0;
  return true;
}

}  // namespace dg
