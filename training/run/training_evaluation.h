// What is asked of a network while it is trained: does it recognise the photos that were held out, and, if
// evaluate.pairs names a file, does it tell the pairs apart? One of the figures chooses the best checkpoint.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "training/checkpoint.h"
#include "training/run/run_log.h"
#include "training/run/training_data.h"
#include "training/run/verification_pairs.h"

namespace dg {

/// Shares in [0, 1]; empty where there is nothing to count.
struct EvaluationFigures {
  std::optional<double> novel_top1, coverage_99, base_top1, pairs_accuracy;
  std::int64_t tested = 0;  // photos or pairs behind score()
  std::string broken;       // VerificationPairs::broken()

  /// What chooses the best checkpoint: the accuracy on the pairs where there are any, else novel top-1, else
  /// base top-1.
  BestScore score() const;
  /// "novel top-1 81.25%, base top-1 100.00%", the one that chooses first.
  std::string text() const;
  /// A line of metrics.jsonl.
  RunLog::Fields metrics(std::int64_t step) const;
};

class TrainingEvaluation {
 public:
  /// `data` and `store` must outlive it. Errors of VerificationPairs, and where evaluate.pairs_photos stands
  /// without evaluate.pairs. `folder`: DATA.
  TrainingEvaluation(const Config& config, const std::filesystem::path& folder, const TrainingData& data,
                     PhotoStore& store);

  /// Whether there is anything to test on.
  bool possible() const { return data_.held_out || pairs_.has_value(); }
  EvaluationFigures run(Network& network, const EmbedderOptions& options);

 private:
  const TrainingData& data_;
  PhotoStore& store_;
  std::optional<VerificationPairs> pairs_;
};

/// The evaluations of a run so far, and which was the best.
struct EvaluationHistory {
  std::optional<EvaluationFigures> last;       // of this sitting
  std::optional<BestScore> best, best_before;  // of all, and of those before the last one
  std::int64_t without_better = 0;             // evaluations since the best one
  std::optional<double> loss, loss_before;     // softmax loss at the last evaluation and at the one before

  /// Whether it is the best so far. A score of something else than that of the best one begins anew.
  bool add(const EvaluationFigures& figures, double prototype_loss);
};

}  // namespace dg
