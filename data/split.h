// Who is trained on and who is only recognised (the paper's base and novel sets, section 4.1), and which
// photos train, enrol and test. Only ids are made here: every class keeps its id, and base classes get a
// second number, the training class = their rank among the base classes, which is the classifier's row.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "data/photo_set.h"
#include "tensor/rng.h"

namespace dg {

struct SplitOptions {
  enum class Base {
    automatic,  // 10% of the identities, at most 1,000, none below 50 identities, drawn at random, are novel
    all,        // nobody is novel
    first,      // the first `first_identities` in name order are base, the rest novel
    named       // those in `names` are base, whoever of them is there, the rest novel
  };
  Base base = Base::automatic;
  int first_identities = 0;     // only for Base::first
  std::set<std::string> names;  // only for Base::named: who a network was trained on
  int base_test_photos = 0;     // the last n photos of each base identity test, the others train
};

struct Split {
  std::vector<int> base_classes;             // class ids, ascending; index = training class
  std::vector<int> novel_classes;            // class ids, ascending
  std::vector<int> training_class;           // indexed by class id; -1 for a novel one
  std::vector<std::vector<int>> base_train;  // photo ids, indexed by training class
  std::vector<std::vector<int>> base_test;   // photo ids, indexed by training class
  std::vector<int> novel_enrol;  // the first photo of each novel class, in the order of novel_classes
  std::vector<std::vector<int>> novel_test;  // its other photos, possibly none
  bool test_may_enrol =
      true;  // whether the first good test photo stands in for an enrol photo that is broken
};

/// The photos of all lists, one list after the other.
std::vector<int> flatten(const std::vector<std::vector<int>>& lists);

/// Error if fewer than 1 or more than all identities are asked for as base, or, naming it, if a base identity
/// has no photo left to train on. `rng` is used by Base::automatic only.
Split split_photos(const PhotoSet& set, const SplitOptions& options, Rng rng);

/// Where to look when a photo does not decode: for photo p, `lists[list_of[p]]` from p on, cyclically.
struct ReplacementLists {
  std::vector<std::vector<int>> lists;
  std::vector<int> list_of;  // indexed by photo id
};

/// A photo may be replaced by any photo of its identity.
ReplacementLists replacement_lists(const PhotoSet& set);

/// A photo may be replaced only inside its part of the split: train by train, test by test. A novel enrol
/// photo gives way to the identity's first good test photo, which the evaluation then must not test, or,
/// where `split.test_may_enrol` is false, to none. Nor is there any for a photo of nobody known.
ReplacementLists replacement_lists(const PhotoSet& set, const Split& split);

}  // namespace dg
