// How many classes a batch holds and how many images of each: the first half of section 3.1.
//
// A batch holds exactly M images. The paper draws the images of each class from a range lo..hi, class after
// class, "until total number of examples reaches M"; so N_c, the number of classes, is drawn too. Its text
// does not say what happens when the last class would overshoot. Here:
//   1. the last class is cut, so that the batch is exactly M;
//   2. if that leaves it fewer than lo, the classes before it, nearest first, give up images while they keep
//   lo;
//   3. if all of them together cannot spare enough, there is no room for that class: it is dropped, and its
//      images go to the classes before it, nearest first, while they stay at or below hi.
// Step 3 is needed only where M/lo is not an integer and nearly every draw was lo. With these steps every
// draw ends with M images and lo..hi per class if M can be split in that way at all, which is checked once,
// at construction. A fixed number K of images per class is the range K..K.
#pragma once
#include <cstdint>
#include <vector>

#include "tensor/rng.h"

namespace dg {

class ClassCounts {
 public:
  /// `images_per_class` (K) images of each of `classes` (N_c). Error unless batch = classes *
  /// images_per_class.
  static ClassCounts fixed(int batch, int classes, int images_per_class);
  /// `lo` to `hi` images per class, uniform. Error unless 1 <= lo <= hi and some number of classes n has
  /// n*lo <= batch <= n*hi.
  static ClassCounts range(int batch, int lo, int hi);

  /// Images in a batch, M.
  int batch() const { return batch_; }
  /// The largest N_c that can be drawn: floor(M/lo).
  int max_classes() const { return batch_ / lo_; }

  /// Images of each class of a batch: N_c numbers of lo..hi with sum M. Never fails.
  std::vector<int> draw(Rng& rng) const;

 private:
  ClassCounts(int batch, int lo, int hi) : batch_(batch), lo_(lo), hi_(hi) {}

  int batch_, lo_, hi_;
};

/// Checks that samplers share. Errors in the name of `where` unless at least as many classes exist as a batch
/// may have, and unless N_r is 1..max_classes().
void demand_enough_classes(const ClassCounts& counts, std::int64_t classes, const char* where);
void demand_random_classes(const ClassCounts& counts, int random_classes, const char* where);

}  // namespace dg
