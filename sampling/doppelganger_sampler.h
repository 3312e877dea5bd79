// How doppelganger mining composes a batch (section 3.1). Of its N_c classes C_0, C_1, ...
//   the first N_r are random, without replacement;
//   each further one is C_i = Doppelganger(C_{i - N_r}), or a random class that is not in the batch where
//   C_{i - N_r} has no doppelganger yet or its doppelganger is in the batch already.
// So N_r = N_c is random sampling, N_r = N_c/2 adds the doppelganger of each random class, N_r = N_c/3 adds
// the doppelganger's doppelganger as well, and N_r = 1 makes the batch one chain.
//
// The expected time and memory per batch are O(M), however many classes there are.
#pragma once
#include <span>

#include "sampling/batch_sampler.h"
#include "sampling/class_counts.h"
#include "sampling/doppelganger_list.h"
#include "sampling/identity_index.h"

namespace dg {

class DoppelgangerSampler final : public BatchSampler {
 public:
  /// Reads `index` and `list` at every next(); both must outlive the sampler. `random_classes` is N_r; where
  /// a batch drawn from a range has fewer classes, all of them are random. Error when N_r is not
  /// 1..counts.max_classes(), when a batch may need more classes than exist, or when list and index differ in
  /// their number of classes.
  DoppelgangerSampler(const IdentityIndex& index, const DoppelgangerList& list, ClassCounts counts,
                      int random_classes, Rng rng);

  Batch next() override;
  /// Those of the list: 4 per class.
  std::int64_t bytes() const override;

  /// "DGSD", then as sampler_state.h says. The list saves itself.
  State save() const override;
  void load(std::span<const std::uint8_t> state) override;

 private:
  const IdentityIndex& index_;
  const DoppelgangerList& list_;
  ClassCounts counts_;
  int random_classes_;
  Rng rng_;
};

}  // namespace dg
