#include "sampling/list_health.h"

#include <algorithm>

#include "sampling/check.h"

namespace dg {

std::vector<std::int32_t> in_degrees(const DoppelgangerList& list) {
  std::vector<std::int32_t> degrees(static_cast<std::size_t>(list.classes()), 0);
  for (const ClassId doppelganger : list.entries()) {
    if (doppelganger != no_class) ++degrees[static_cast<std::size_t>(doppelganger)];
  }
  return degrees;
}

double gini(std::vector<std::int32_t> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double sum = 0, weighted = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    demand(values[i] >= 0, "gini", "values must not be negative, got ", values[i]);
    sum += values[i];
    weighted += (2.0 * static_cast<double>(i + 1) - n - 1) * values[i];
  }
  return sum == 0 ? 0 : weighted / (n * sum);
}

ListFigures ListHealth::measure(const DoppelgangerList& list) {
  demand(list.classes() == last_.classes(), "list_health", "the list must be of ", last_.classes(),
         " classes, got ", list.classes());
  std::int64_t filled = 0, changed = 0;
  for (ClassId c = 0; c < list.classes(); ++c) {
    filled += list[c] != no_class;
    changed += list[c] != last_[c];
  }
  last_ = list;
  const std::vector<std::int32_t> degrees = in_degrees(list);
  const auto classes = static_cast<double>(list.classes());
  return {.filled = static_cast<double>(filled) / classes,
          .changed = static_cast<double>(changed) / classes,
          .in_degree_max = *std::max_element(degrees.begin(), degrees.end()),
          .in_degree_gini = gini(degrees)};
}

}  // namespace dg
