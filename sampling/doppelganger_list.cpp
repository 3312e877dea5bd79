#include "sampling/doppelganger_list.h"

#include <utility>

#include "sampling/check.h"

namespace dg {
namespace {

constexpr const char* where = "doppelganger_list";

void check_entry(ClassId c, ClassId doppelganger, ClassId classes) {
  demand(c >= 0 && c < classes, where, "class must be one of 0..", classes - 1, ", got ", c);
  demand(doppelganger == no_class || (doppelganger >= 0 && doppelganger < classes && doppelganger != c),
         where, "the doppelganger of class ", c, " must be another class of 0..", classes - 1, ", got ",
         doppelganger);
}

}  // namespace

DoppelgangerList::DoppelgangerList(ClassId classes) {
  demand(classes >= 1, where, "classes must be at least 1, got ", classes);
  doppelganger_.assign(static_cast<std::size_t>(classes), no_class);
}

ClassId DoppelgangerList::of(ClassId c) const {
  demand(c >= 0 && c < classes(), where, "class must be one of 0..", classes() - 1, ", got ", c);
  return doppelganger_[static_cast<std::size_t>(c)];
}

void DoppelgangerList::observe(const HardestClasses& rows, UpdateRule rule) {
  const Observation seen = mine(rows, rule);
  observe_classes(seen.classes, seen.doppelgangers);
}

void DoppelgangerList::observe_classes(std::span<const ClassId> classes,
                                       std::span<const ClassId> doppelgangers) {
  demand(classes.size() == doppelgangers.size(), where, "each class needs one doppelganger, got ",
         classes.size(), " classes and ", doppelgangers.size(), " doppelgangers");
  for (std::size_t i = 0; i < classes.size(); ++i) check_entry(classes[i], doppelgangers[i], this->classes());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    doppelganger_[static_cast<std::size_t>(classes[i])] = doppelgangers[i];
  }
}

State DoppelgangerList::save() const {
  StateWriter out("DGLS");
  out.put(doppelganger_);
  return std::move(out).finish();
}

void DoppelgangerList::load(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGLS");
  std::vector<ClassId> entries = in.get_vector<ClassId>();
  in.finish();
  demand(entries.size() == doppelganger_.size(), where, "the saved list is of ", entries.size(),
         " classes, this one of ", classes());
  for (std::size_t c = 0; c < entries.size(); ++c)
    check_entry(static_cast<ClassId>(c), entries[c], classes());
  doppelganger_ = std::move(entries);
}

}  // namespace dg
