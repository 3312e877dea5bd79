#include "evaluation/verification.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "evaluation/decimal.h"

namespace dg {
namespace {

void check_scores(std::span<const PairScore> pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    require(std::isfinite(pairs[i].score), "verification", "score of pair {} must be finite, got {}", i,
            pairs[i].score);
  }
}

double ratio(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// Number of folds; Error if a number below the highest is missing.
std::size_t count_folds(std::span<const PairScore> pairs) {
  std::vector<bool> seen;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    require(pairs[i].fold >= 0 && static_cast<std::size_t>(pairs[i].fold) < pairs.size(), "verification",
            "fold of pair {} must be in 0..{}, got {}", i, pairs.size() - 1, pairs[i].fold);
    const auto fold = static_cast<std::size_t>(pairs[i].fold);
    if (fold >= seen.size()) seen.resize(fold + 1);
    seen[fold] = true;
  }
  require(seen.size() >= 2, "verification", "pairs must come in at least 2 folds, got {}", seen.size());
  const auto missing = std::ranges::find(seen, false);
  require(missing == seen.end(), "verification", "fold {} has no pairs", missing - seen.begin());
  return seen.size();
}

}  // namespace

double best_threshold(std::span<const PairScore> pairs) {
  require(!pairs.empty(), "verification", "at least one pair is needed, got none");
  check_scores(pairs);
  std::vector<PairScore> sorted(pairs.begin(), pairs.end());
  std::ranges::sort(sorted, {}, &PairScore::score);
  // Start with every pair accepted and reject from the lowest score upwards.
  auto right = static_cast<std::size_t>(std::ranges::count_if(sorted, &PairScore::same));
  std::size_t most = right;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i].same) {
      --right;
    } else {
      ++right;
    }
    const bool last = i + 1 == sorted.size();
    if (!last && sorted[i + 1].score == sorted[i].score) continue;  // no threshold parts equal scores
    if (right > most) {
      most = right;
      best = last ? std::numeric_limits<double>::infinity()
                  : (double{sorted[i].score} + double{sorted[i + 1].score}) / 2;
    }
  }
  return best;
}

AcceptRate tar_at_far(std::span<const PairScore> pairs, double false_accept_rate) {
  check_scores(pairs);
  std::vector<float> same, different;
  for (const PairScore& pair : pairs) (pair.same ? same : different).push_back(pair.score);
  require(!same.empty() && !different.empty(), "verification",
          "same and different pairs are needed, got {} and {}", same.size(), different.size());
  const std::uint64_t target = billionths(false_accept_rate, "verification");
  require(target < billion, "verification", "false accept rate must be below 1, got {}", false_accept_rate);
  const std::size_t allowed = target * different.size() / billion;
  std::ranges::nth_element(different, different.begin() + static_cast<std::ptrdiff_t>(allowed),
                           std::greater<>());
  const float threshold = std::nextafter(different[allowed], std::numeric_limits<float>::infinity());
  const auto accepted =
      static_cast<std::size_t>(std::ranges::count_if(same, [=](float score) { return score >= threshold; }));
  return {ratio(accepted, same.size()), double{threshold}};
}

Verification verify(std::span<const PairScore> pairs) {
  check_scores(pairs);  // here, so that the message counts over all folds
  const std::size_t folds = count_folds(pairs);
  Verification result;
  result.pairs = pairs.size();
  result.different = static_cast<std::size_t>(std::ranges::count(pairs, false, &PairScore::same));
  double sum = 0;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<PairScore> inside, outside;
    for (const PairScore& pair : pairs) {
      (static_cast<std::size_t>(pair.fold) == fold ? inside : outside).push_back(pair);
    }
    const double threshold = best_threshold(outside);
    const auto right = std::ranges::count_if(
        inside, [=](const PairScore& pair) { return (double{pair.score} >= threshold) == pair.same; });
    result.fold_threshold.push_back(threshold);
    result.fold_accuracy.push_back(ratio(static_cast<std::size_t>(right), inside.size()));
    sum += result.fold_accuracy.back();
  }
  result.accuracy = sum / static_cast<double>(folds);
  double squares = 0;
  for (double a : result.fold_accuracy) squares += (a - result.accuracy) * (a - result.accuracy);
  result.accuracy_sd = std::sqrt(squares / static_cast<double>(folds - 1));
  std::ranges::transform(false_accept_rates, result.at_far.begin(),
                         [&](double f) { return tar_at_far(pairs, f); });
  return result;
}

std::vector<PairScore> score_pairs(const EmbeddingView& embeddings, std::span<const Pair> pairs) {
  check_embeddings("score_pairs", embeddings);
  std::vector<PairScore> scores;
  scores.reserve(pairs.size());
  for (const Pair& pair : pairs) {
    require(std::max(pair.first, pair.second) < embeddings.rows(), "score_pairs",
            "rows of a pair must be below {}, got {} and {}", embeddings.rows(), pair.first, pair.second);
    scores.push_back({dot(embeddings.row(pair.first), embeddings.row(pair.second)), pair.same, pair.fold});
  }
  return scores;
}

nlohmann::ordered_json to_json(const Verification& result) {
  nlohmann::ordered_json json;
  json["accuracy"] = result.accuracy;
  json["accuracy_sd"] = result.accuracy_sd;
  for (std::size_t i = 0; i < false_accept_rates.size(); ++i) {
    json["tar_at_far"][false_accept_rate_names[i]] = result.at_far[i].true_accepts;
  }
  for (std::size_t i = 0; i < false_accept_rates.size(); ++i) {
    json["threshold"][false_accept_rate_names[i]] = result.at_far[i].threshold;
  }
  json["pairs"] = result.pairs;
  return json;
}

}  // namespace dg
