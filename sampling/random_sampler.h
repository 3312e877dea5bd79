// Random P x K sampling, which mining is compared with: N_c classes without replacement, every class as
// probable as any other, and random photos of each. Its batches are those of doppelganger sampling with N_r =
// N_c, bit for bit.
#pragma once
#include "sampling/batch_sampler.h"
#include "sampling/class_counts.h"

namespace dg {

class RandomSampler final : public BatchSampler {
 public:
  /// `index` must outlive the sampler. Error when a batch may need more classes than exist.
  RandomSampler(const IdentityIndex& index, ClassCounts counts, Rng rng);

  Batch next() override;
  std::int64_t bytes() const override { return 0; }

  /// "DGSR", then as sampler_state.h says.
  State save() const override;
  void load(std::span<const std::uint8_t> state) override;

 private:
  const IdentityIndex& index_;
  ClassCounts counts_;
  Rng rng_;
};

}  // namespace dg
