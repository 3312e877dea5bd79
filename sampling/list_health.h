// Figures that show whether a doppelganger list is healthy. Each measurement takes O(C log C), and a copy of
// the list is kept; the list itself stores nothing for them.
//
// The in-degree of a class is the number of classes whose doppelganger it is. Section 3.2 welcomes that a
// class confused with many others is sampled more often; but a class that much of the list points at (a hub)
// crowds out the others. Two figures show it: the largest in-degree, and the Gini coefficient of all
// in-degrees, which is 0 when all classes are a doppelganger equally often and near 1 when few classes are
// that of all.
#pragma once
#include <span>
#include <vector>

#include "sampling/doppelganger_list.h"

namespace dg {

/// In-degree of every class.
std::vector<std::int32_t> in_degrees(const DoppelgangerList& list);

/// Gini coefficient of n values x_1 <= ... <= x_n, none negative: sum_i (2i - n - 1) x_i / (n * sum_i x_i).
/// In [0, 1 - 1/n]; 0 when there are no values or all are zero.
double gini(std::vector<std::int32_t> values);

struct ListFigures {
  double filled = 0;   ///< share of classes that have a doppelganger
  double changed = 0;  ///< share of entries that differ from the last measure() (at first: from the start)
  std::int32_t in_degree_max = 0;
  double in_degree_gini = 0;
};

class ListHealth {
 public:
  /// Changes are counted from the entries `list` has now.
  explicit ListHealth(const DoppelgangerList& list) : last_(list) {}

  /// Error when `list` has another number of classes.
  ListFigures measure(const DoppelgangerList& list);

  /// The entries last measured, in the form of DoppelgangerList::save.
  State save() const { return last_.save(); }
  void load(std::span<const std::uint8_t> state) { last_.load(state); }

 private:
  DoppelgangerList last_;
};

}  // namespace dg
