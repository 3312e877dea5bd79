// Batches from a graph of neighbouring classes, which section 2 of the paper argues against as well. It takes
// the idea of drawing batches from a graph of nearest neighbours over the whole set that is renewed now and
// then (Kumar et al. 2017, "Smart mining for deep metric learning"), in the form over classes of which a few
// photos each are embedded once per epoch (Liao and Shao 2022, "Graph sampling based deep metric learning for
// generalizable person re-identification").
//
// Every `every` batches, `photos` random photos of every class are embedded, and their normalised mean is the
// prototype of the class. The graph holds for each class the `neighbours` classes of the highest cosine,
// found exactly. A batch starts with N_r random classes; class C_i, i >= N_r, is the nearest neighbour of
// C_(i mod N_r) that is not in the batch yet, or a random class when all its neighbours are. N_r = 1 is one
// class and its neighbours.
//
// Between two graphs the network changes, and the neighbours remain those of the older network; the
// doppelganger list, in contrast, renews an entry whenever its class is in a batch.
#pragma once
#include "sampling/batch_sampler.h"
#include "sampling/class_counts.h"
#include "sampling/embeddings.h"

namespace dg {

struct ClassGraphOptions {
  int random_classes = 1;  // N_r; where a batch has fewer classes, all are random
  int neighbours = 0;      // of each class; 0 = max_classes - 1: all but one could be in the batch already
  int photos = 2;          // of each class to embed for its prototype
  // Batches between two graphs; 0 = an epoch, ceil(photos of all / photos of a batch).
  std::int64_t every = 0;
};

class ClassGraphSampler final : public BatchSampler {
 public:
  /// `index` must outlive the sampler, and so must what `embed` refers to. Error when N_r is not
  /// 1..counts.max_classes(), when a batch may need more classes than exist, when photos < 1, or when
  /// neighbours or every is negative.
  ClassGraphSampler(const IdentityIndex& index, EmbedPhotos embed, ClassCounts counts,
                    const ClassGraphOptions& options, Rng rng);

  /// Makes a new graph first whenever one is due.
  Batch next() override;
  bool embeds_photos() const override { return true; }
  /// The graph and, while one is made, the prototypes, twice (they are packed for the products).
  std::int64_t bytes() const override;
  /// Neighbours of class c, nearest first; `no_class` where there are fewer. Empty before the first batch.
  std::span<const ClassId> neighbours_of(ClassId c) const;
  const ClassGraphOptions& options() const { return options_; }  ///< with every 0 replaced by its meaning

  /// "DGSG", then as sampler_state.h says, batches drawn since the graph was made (int64) and the graph
  /// (int32 vector).
  State save() const override;
  void load(std::span<const std::uint8_t> state) override;

 private:
  Embeddings prototypes(Rng& rng) const;

  const IdentityIndex& index_;
  EmbedPhotos embed_;
  ClassCounts counts_;
  ClassGraphOptions options_;
  const bool default_neighbours_;
  Rng rng_;
  std::vector<ClassId> graph_;  // [classes, neighbours]; empty before the first batch
  std::int64_t age_ = 0;        // batches drawn from it
  std::int64_t bytes_ = 0;
};

}  // namespace dg
