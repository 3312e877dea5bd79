// The doppelganger list, the memory of the method: for each class the one it is most easily confused with, or
// none yet (section 3.2). "Only one number per class": 4 bytes. It starts empty and each observation
// overwrites, so it follows the current state of the network. It decides nothing: `mine` (observation.h) says
// what a batch teaches, the trainer when the list learns it, and the sampler what is done with it.
#pragma once
#include <span>
#include <vector>

#include "sampling/ids.h"
#include "sampling/observation.h"
#include "sampling/state.h"

namespace dg {

class DoppelgangerList {
 public:
  /// An empty list for classes 0..classes-1. Error when classes < 1.
  explicit DoppelgangerList(ClassId classes);

  ClassId classes() const { return static_cast<ClassId>(doppelganger_.size()); }
  /// Doppelganger(c) of section 3.1: a class other than c, or `no_class`. Error when there is no class `c`.
  ClassId of(ClassId c) const;
  ClassId operator[](ClassId c) const { return of(c); }
  /// All entries, by class.
  std::span<const ClassId> entries() const { return doppelganger_; }

  /// Learns from the scores of a batch: observe_classes of what `mine` finds. Errors of both.
  void observe(const HardestClasses& rows, UpdateRule rule = UpdateRule::highest);
  /// The plain way in, for callers with a rule of their own: doppelganger of classes[i] := doppelgangers[i],
  /// in order. `no_class` empties an entry. Error, and nothing is changed, when the lengths differ, a class
  /// does not exist, or a class is said to be its own doppelganger.
  void observe_classes(std::span<const ClassId> classes, std::span<const ClassId> doppelgangers);

  /// "DGLS", then the entries (int32 vector).
  State save() const;
  /// Error, and nothing is changed, when `state` is not the state of a list of this many classes.
  void load(std::span<const std::uint8_t> state);

  bool operator==(const DoppelgangerList&) const = default;

 private:
  std::vector<ClassId> doppelganger_;
};

}  // namespace dg
