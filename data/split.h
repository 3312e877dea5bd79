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
    automatic,  // a tenth of the identities, drawn at random, at most 1,000, is novel; of fewer than 50 none
                // is
    all,        // nobody is novel
    first,      // the first `first_identities` in name order are base, the rest is novel
    named       // those whose names are in `names` are base, the rest is novel
  };
  Base base = Base::automatic;
  int first_identities = 0;     // only for Base::first
  std::set<std::string> names;  // only for Base::named: the identities that a network was trained on
  int base_test_photos = 0;     // the last n photos of each base identity test, the others train
  bool strict = false;  // an identity with no more photos than that is an error; else all of them train
};

struct Split {
  std::vector<ClassId> base_classes;                        // ascending; index = training class
  std::vector<ClassId> novel_classes;                       // ascending
  std::vector<ClassId> training_class;                      // indexed by class id; no_class for a novel one
  std::vector<std::vector<PhotoId>> base_train, base_test;  // indexed by training class
  std::vector<PhotoId> novel_enrol;              // one photo of each of novel_classes, in that order
  std::vector<std::vector<PhotoId>> novel_test;  // its other photos, possibly none
  bool test_may_enrol = true;  // whether the first good test photo takes the place of a broken enrol photo
};

/// How many base identities have no photo to test.
std::int64_t count_untested(const Split& split);

/// The photos of all lists, one list after the other.
std::vector<PhotoId> flatten(const std::vector<std::vector<PhotoId>>& lists);

/// Error if fewer than 1 or more than all identities are asked for as base, or, naming it, if with
/// `options.strict` a base identity has no photo left to train on. `rng` is used by Base::automatic only.
Split split_photos(const PhotoSet& set, const SplitOptions& options, Rng rng);

/// Where to look when a photo does not decode: for photo p, `lists[list_of[p]]` from p on, cyclically.
struct ReplacementLists {
  std::vector<std::vector<PhotoId>> lists;
  std::vector<int> list_of;  // indexed by photo id
};

/// A photo may be replaced by any photo of its identity.
ReplacementLists replacement_lists(const PhotoSet& set);

/// A photo may be replaced only inside its part of the split: training photos by training photos, test photos
/// by test photos. A novel identity's enrol photo may be replaced by its first good test photo, which the
/// evaluation must then not test, unless `split.test_may_enrol` is false. A photo without a known identity is
/// not replaced.
ReplacementLists replacement_lists(const PhotoSet& set, const Split& split);

}  // namespace dg
