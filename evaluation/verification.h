// Pair verification: do two photos show one person? A pair is accepted if its score (cosine) is at least a
// threshold. Accuracy: for every fold, the share of its pairs decided rightly at the threshold that is best
// on all other folds; reported as mean and sample standard deviation (n - 1) over the folds, as LFW's authors
// do (Huang et al. 2007). TAR at FAR f: the share of same pairs accepted (true accepts) at the smallest float
// threshold at which the share of different pairs accepted (false accepts) is at most f, over all pairs.
#pragma once
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "evaluation/embeddings.h"
#include "evaluation/lfw_pairs.h"

namespace dg {

/// The score of one pair.
struct PairScore {
  float score = 0;
  bool same = false;
  int fold = 0;
};

/// The required false accept rates, in the order of Verification::at_far, and their names in JSON.
inline constexpr std::array<double, 2> false_accept_rates{0.01, 0.001};
inline constexpr std::array<const char*, 2> false_accept_rate_names{"0.01", "0.001"};

/// A threshold and the share of same pairs it accepts.
struct AcceptRate {
  double true_accepts = 0;
  double threshold = 0;
};

/// Figures of a verification protocol, shares in [0, 1].
struct Verification {
  double accuracy = 0, accuracy_sd = 0;
  std::vector<double> fold_accuracy, fold_threshold;
  std::array<AcceptRate, 2> at_far{};    ///< at each of false_accept_rates
  std::size_t pairs = 0, different = 0;  // all; those of two people
};

/// The threshold with most pairs decided rightly among -infinity (accept all), the midpoints of neighbouring
/// distinct scores, and +infinity (reject all): every way to split the pairs. The lowest of equally good
/// ones. Errors: no pairs, a score that is not finite.
double best_threshold(std::span<const PairScore> pairs);

/// TAR and threshold at a false accept rate in (0, 1), a decimal of at most 9 digits, compared exactly
/// (decimal.h). With k the largest whole number such that k of all D different pairs are within the rate, the
/// threshold is the float next above the (k+1)-th highest score of a different pair. Errors: no same or no
/// different pair, a score that is not finite.
AcceptRate tar_at_far(std::span<const PairScore> pairs, double false_accept_rate);

/// All figures. Folds are numbered from 0 without gaps and there are at least two: Error otherwise.
Verification verify(std::span<const PairScore> pairs);

/// Cosines of the pairs' unit embeddings [rows, dim]. A row that does not exist is an Error.
std::vector<PairScore> score_pairs(const EmbeddingView& embeddings, std::span<const Pair> pairs);

/// {"accuracy", "accuracy_sd", "tar_at_far": {"0.01", "0.001"}, "threshold": {"0.01", "0.001"}, "pairs"}
nlohmann::ordered_json to_json(const Verification& result);

}  // namespace dg
