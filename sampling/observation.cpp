#include "sampling/observation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sampling/check.h"

namespace dg {
namespace {

// The hardest class of one image.
struct Hardest {
  ClassId class_id;
  float logit;
  bool tied;  // more than one class has this logit
};

// Of two images of a class, the one that decides for it under UpdateRule::highest.
Hardest higher(const Hardest& a, const Hardest& b) {
  if (std::isnan(a.logit) || a.logit > b.logit) return a;
  if (std::isnan(b.logit) || b.logit > a.logit) return b;
  return {a.class_id, a.logit, a.tied || b.tied || a.class_id != b.class_id};
}

void check(const HardestClasses& rows) {
  const std::size_t n = rows.labels.size();
  demand(rows.class_id.size() == n && rows.logit.size() == n && rows.tied.size() == n, "mine",
         "labels, class_id, logit and tied must be of one length, got ", n, ", ", rows.class_id.size(), ", ",
         rows.logit.size(), " and ", rows.tied.size());
  for (std::size_t i = 0; i < n; ++i) {
    const ClassId label = rows.labels[i], hardest = rows.class_id[i];
    demand(label >= 0, "mine", "the label of row ", i, " must be a class, got ", label);
    demand(!std::isfinite(rows.logit[i]) || (hardest >= 0 && hardest != label), "mine",
           "the hardest class of row ", i, " must be a class other than its own, ", label, ", got ", hardest);
  }
}

}  // namespace

Observation mine(const HardestClasses& rows, UpdateRule rule) {
  check(rows);
  // Rows of a class side by side, in the order they have in the batch.
  std::vector<std::size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rows.labels[a] < rows.labels[b]; });

  const auto hardest = [&](std::size_t row) {
    return Hardest{rows.class_id[row], rows.logit[row], rows.tied[row] != 0};
  };
  Observation seen;
  for (std::size_t i = 0; i < order.size();) {
    const ClassId label = rows.labels[order[i]];
    Hardest deciding = hardest(order[i]);
    for (++i; i < order.size() && rows.labels[order[i]] == label; ++i) {
      const Hardest next = hardest(order[i]);
      deciding = rule == UpdateRule::highest ? higher(deciding, next) : next;
    }
    if (std::isfinite(deciding.logit) && !deciding.tied) {
      seen.classes.push_back(label);
      seen.doppelgangers.push_back(deciding.class_id);
    }
  }
  return seen;
}

}  // namespace dg
