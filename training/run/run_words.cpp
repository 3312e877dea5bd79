#include "training/run/run_words.h"

#include <fmt/format.h>

#include "interop/number_text.h"
#include "tensor/backend.h"
#include "tensor/parallel.h"
#include "training/run/run_folder.h"

namespace dg {
namespace {

const char* name_of(const BestScore& score) {
  return score.of == "pairs_accuracy" ? "accuracy on pairs"
         : score.of == "novel_top1"   ? "novel top-1"
                                      : "base top-1";
}

}  // namespace

std::vector<std::string> opening_words(const TrainingData& data, const Config& config,
                                       const std::vector<PlannedSetting>& planned, Device device) {
  std::vector<std::string> words{
      device == Device::cuda ? "on the GPU: " + describe_cuda()
                             : fmt::format("on the CPU, {} thread{}", threads(), threads() == 1 ? "" : "s")};
  words.insert(words.end(), data.notes.begin(), data.notes.end());
  words.push_back(summary(data.set));
  const std::int64_t base = std::ssize(data.split.base_classes);
  words.push_back(
      fmt::format("{}, {} held out", how_many(base, "base identity trains", "base identities train"),
                  how_many(std::ssize(data.split.novel_classes), "novel one is", "novel ones are")));
  if (!planned.empty())
    words.push_back("settings that nobody gave, made for these data (--set KEY=VALUE gives one):");
  for (const PlannedSetting& s : planned)
    words.push_back(fmt::format("  {:<26} {:<6} {}", s.key, s.value, s.reason));
  if (!config.optim.extended_at.empty()) {
    const std::int64_t from = config.optim.extended_at.back();
    words.push_back(fmt::format(
        "extended by {} steps after step {}: the rate begins again at {} and falls to {} over them",
        config.steps - from, from, config.optim.rate, config.optim.final_rate));
  }
  return words;
}

std::vector<std::string> closing_words(const std::filesystem::path& run, const Config& config,
                                       const TrainingFigures& figures, const EvaluationHistory& evaluations) {
  std::vector<std::string> words;
  const bool early = config.evaluate.patience > 0 && evaluations.without_better >= config.evaluate.patience;
  if (early) {
    words.push_back(fmt::format("stopped early: {} in a row without a better score (evaluate.patience)",
                                how_many(evaluations.without_better, "evaluation")));
  }
  words.push_back(fmt::format("{}: {}",
                              early || figures.step >= config.steps
                                  ? "the end"
                                  : fmt::format("after {} of {} steps", figures.step, config.steps),
                              describe(judge(figures), figures)));
  if (config.loss.l2_softmax > 0 && evaluations.last) words.push_back(advice_on_mining(figures));
  if (evaluations.best) {
    words.push_back(fmt::format("the best checkpoint is {}: {} {:.2f}%", best_checkpoint(run).string(),
                                name_of(*evaluations.best), 100 * evaluations.best->value));
  }
  return words;
}

}  // namespace dg
