// Hard class mining (Sohn 2016), which the paper argues against in section 2: for every batch, draw candidate
// classes at random, embed a few photos of each with the network as it is now, choose the classes of the
// batch greedily among them (hard_class_choice.h), and draw photos of these.
//
// The first N_r classes are random, as in doppelganger sampling; N_r = 1 is the published method. A batch
// costs candidates x photos forward passes of the network; nothing is remembered between batches.
#pragma once
#include "sampling/batch_sampler.h"
#include "sampling/class_counts.h"
#include "sampling/embeddings.h"

namespace dg {

struct HardClassOptions {
  int random_classes = 1;  // N_r; where a batch has fewer classes, all are random and nothing is embedded
  int candidates = 0;      // classes to choose from; 0 = four times the most a batch can have
  int photos = 2;          // of each candidate to embed
};

class HardClassSampler final : public BatchSampler {
 public:
  /// `index` must outlive the sampler, and so must what `embed` refers to. More candidates than classes exist
  /// means all of them. Error when N_r is not 1..counts.max_classes(), when a batch may need more classes
  /// than there are candidates or classes, or when photos < 2.
  HardClassSampler(const IdentityIndex& index, EmbedPhotos embed, ClassCounts counts,
                   const HardClassOptions& options, Rng rng);

  Batch next() override;
  bool embeds_photos() const override { return true; }
  /// The embeddings of one batch's candidates, twice (they are packed for the products).
  std::int64_t bytes() const override { return bytes_; }

  /// "DGSH", then as sampler_state.h says.
  State save() const override;
  void load(std::span<const std::uint8_t> state) override;

 private:
  const IdentityIndex& index_;
  EmbedPhotos embed_;
  ClassCounts counts_;
  HardClassOptions options_;
  Rng rng_;
  std::int64_t bytes_ = 0;
};

}  // namespace dg
