#include "sampling/observation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sampling/check.h"

namespace dg {
namespace {

struct Candidate {
  ClassId other;
  float logit;
  bool shared;  // more than one class has this logit
};

/// The one of two images of a class that speaks for it under UpdateRule::highest.
Candidate higher(const Candidate& a, const Candidate& b) {
  if (std::isnan(a.logit) || a.logit > b.logit) return a;
  if (std::isnan(b.logit) || b.logit > a.logit) return b;
  return {a.other, a.logit, a.shared || b.shared || a.other != b.other};
}

void check(const HardestNegatives& rows) {
  const std::size_t n = rows.labels.size();
  demand(rows.best_other_class.size() == n && rows.best_other_logit.size() == n && rows.tied.size() == n,
         "mine", "labels, best_other_class, best_other_logit and tied must be of one length, got ", n, ", ",
         rows.best_other_class.size(), ", ", rows.best_other_logit.size(), " and ", rows.tied.size());
  for (std::size_t i = 0; i < n; ++i) {
    const ClassId label = rows.labels[i], other = rows.best_other_class[i];
    demand(label >= 0, "mine", "the label of row ", i, " must be a class, got ", label);
    demand(!std::isfinite(rows.best_other_logit[i]) || (other >= 0 && other != label), "mine",
           "the best other class of row ", i, " must be a class other than its own, ", label, ", got ",
           other);
  }
}

}  // namespace

Observation mine(const HardestNegatives& rows, UpdateRule rule) {
  check(rows);
  // Rows of a class side by side, in the order they have in the batch.
  std::vector<std::size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rows.labels[a] < rows.labels[b]; });

  const auto candidate = [&](std::size_t row) {
    return Candidate{rows.best_other_class[row], rows.best_other_logit[row], rows.tied[row] != 0};
  };
  Observation seen;
  for (std::size_t i = 0; i < order.size();) {
    const ClassId label = rows.labels[order[i]];
    Candidate speaker = candidate(order[i]);
    for (++i; i < order.size() && rows.labels[order[i]] == label; ++i) {
      const Candidate next = candidate(order[i]);
      speaker = rule == UpdateRule::highest ? higher(speaker, next) : next;
    }
    if (std::isfinite(speaker.logit) && !speaker.shared) {
      seen.classes.push_back(label);
      seen.doppelgangers.push_back(speaker.other);
    }
  }
  return seen;
}

}  // namespace dg
