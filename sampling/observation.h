// From the scores of a batch to doppelgangers: section 3.2, "find the highest scored class (excluding the
// correct class) for each of the N_c selected classes in the current mini-batch".
//
// The classifier's pass over the scores leaves three numbers per image (row), its hardest class: the
// highest-scored class other than the image's own, its logit, bias included, and whether several classes
// share that logit. A class has several images in a batch; which of them decides for the class is the update
// rule:
//   highest     the image with the highest such logit (the paper's reading, and the default)
//   last_image  the last image of the class in the batch
// A mean over the images would need every logit of every image, not its maximum; a caller who has those can
// find the doppelgangers and make an Observation of them.
//
// A class gets no doppelganger from this batch, and keeps the one it has, when the deciding logit is not
// finite or does not single out a class: several classes share it within an image (all do, where the
// classifier starts at zero), or two images name different classes with equal logits. Taking "the first"
// there would point the whole list at class 0. Under `highest` a logit that is NaN decides, for it says that
// the scores of this class are not to be trusted.
#pragma once
#include <span>
#include <vector>

#include "sampling/ids.h"

namespace dg {

/// The hardest class of each image of a batch, as the softmax leaves it (HardestClass of autograd/ops.h, on
/// the host). All spans have M elements. The images of a class need not be adjacent.
struct HardestClasses {
  std::span<const ClassId> labels;     ///< the image's class
  std::span<const ClassId> class_id;   ///< its hardest class: the highest-scored one other than the label
  std::span<const float> logit;        ///< the logit of that class, bias included
  std::span<const std::uint8_t> tied;  ///< nonzero where several other classes share that logit
};

enum class UpdateRule { highest, last_image };

/// What one batch teaches: `doppelgangers[i]` is now the most similar class of `classes[i]`.
struct Observation {
  std::vector<ClassId> classes, doppelgangers;
  bool operator==(const Observation&) const = default;
};

/// The doppelgangers a batch shows, by ascending class; classes it leaves alone are absent.
/// Error when the spans differ in length, a label is negative, or a row with a finite logit names its own
/// class or a negative one.
Observation mine(const HardestClasses& rows, UpdateRule rule = UpdateRule::highest);

}  // namespace dg
