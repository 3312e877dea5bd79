// Everybody of a split enrolled, and photos recognised among them: the prototypes of section 4.2.5, base
// identities from all their training photos, novel ones from their enrol photo. Unlike `recognise`
// (recognition/enrolment.h) it needs no truth, so it serves test sets without it.
#pragma once
#include <vector>

#include "data/split.h"
#include "evaluation/one_shot.h"
#include "recognition/embedder.h"

namespace dg {

/// Whom a photo was taken for, and how surely (the cosine).
struct Prediction {
  PhotoId photo = 0;
  ClassId class_id = 0;
  float confidence = 0;
};

class Recogniser {
 public:
  /// Embeds the split's base_train and novel_enrol; novel ones first, so that what is missing shows at once.
  /// All must outlive the recogniser. Error, naming the identity and the photo, if an enrol photo, or
  /// none of the training photos of a base identity, decodes.
  Recogniser(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
             const EmbedderOptions& options = {});

  /// The nearest prototype of each photo that decodes, in the order asked for.
  std::vector<Prediction> recognise(const std::vector<PhotoId>& photos);

 private:
  Network& network_;
  PhotoStore& store_;
  const EmbedderOptions options_;
  std::vector<float> prototypes_;  // [classes, dim]
  std::size_t dim_ = 0;
};

/// Predictions beside the truth, for score_one_shot.
std::vector<Recognition> compare(const std::vector<Prediction>& predictions, const PhotoSet& set);

}  // namespace dg
