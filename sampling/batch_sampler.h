// What every sampling policy shares: the batch it makes and the interface that a trainer sees.
//
// A policy decides which classes come together in a batch, and leaves their photos to draw_photos:
//   random_sampler.h        all classes at random
//   doppelganger_sampler.h  the paper's: random classes and what the doppelganger list says of them
//   hard_class_sampler.h    greedy choice among candidates that are embedded for each batch
//   class_graph_sampler.h   neighbours in a graph of all classes, made anew once per epoch
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "sampling/identity_index.h"
#include "sampling/ids.h"
#include "sampling/state.h"
#include "tensor/rng.h"

namespace dg {

/// A batch of M images of N_c classes. Rows lie class after class, in the order of `classes`.
struct Batch {
  std::vector<ClassId> classes;       ///< N_c different classes
  std::vector<int> photos_per_class;  ///< how many photos of each class: N_c counts with sum M
  std::vector<PhotoId> photos;        ///< the photo of each row, M of them
  std::vector<ClassId> labels;        ///< the class of each row, M of them

  bool operator==(const Batch&) const = default;
};

/// Draws the photos of a batch: `photos_per_class[i]` of `classes[i]`, every photo of a class as probable as
/// any other. They are different photos where the class has enough; where not, each is used once before one
/// is used twice, twice before one is used three times, and so on. Error when the lengths differ, a class
/// does not exist or a count is negative.
Batch draw_photos(const IdentityIndex& index, std::vector<ClassId> classes, std::vector<int> photos_per_class,
                  Rng& rng);

/// "DGBT", then the four vectors in the order of the struct (int32, int32, int64, int32). A trainer that
/// prepares batches ahead saves those it has not used yet, because the saved sampler goes on after them.
State save_batch(const Batch& batch);
/// Error when `state` is damaged or its vectors do not fit together.
Batch load_batch(std::span<const std::uint8_t> state);

class BatchSampler {
 public:
  virtual ~BatchSampler() = default;
  /// The next batch. It cannot fail, because the constructor has checked everything, except where a policy
  /// calls a function that embeds photos: what that throws passes through, and the sampler is then as it was
  /// before the call.
  virtual Batch next() = 0;
  /// Whether next() embeds photos, for which the network must have learnt from all steps before.
  virtual bool embeds_photos() const { return false; }
  /// Memory that choosing classes has taken so far, at its highest, beyond the index of photos: bytes.
  virtual std::int64_t bytes() const = 0;
  /// All that next() depends on and the sampler owns: with it, a sampler made with the same settings
  /// continues the same sequence of batches.
  virtual State save() const = 0;
  /// Error, and nothing is changed, when `state` was not saved by a sampler of this kind and data set.
  virtual void load(std::span<const std::uint8_t> state) = 0;
};

}  // namespace dg
