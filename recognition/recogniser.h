// Photos recognised among everybody who is enrolled: each is taken for the identity with the nearest
// prototype (section 4.2.5), with the truth beside it where the data set has it.
#pragma once
#include <vector>

#include "evaluation/one_shot.h"
#include "recognition/enrolment.h"

namespace dg {

/// The one-shot protocol on embedded photos. `family`: for the error analysis, a family per class id, or
/// empty.
OneShotResult recognise(const ProtocolPhotos& photos, std::span<const int> family = {});

/// The same from the photos on. Errors of embed_protocol.
OneShotResult recognise(Network& network, PhotoStore& store, const Split& split,
                        std::span<const int> family = {}, const EmbedderOptions& options = {});

/// Whom a photo was taken for, and how surely (the cosine).
struct Prediction {
  PhotoId photo = 0;
  ClassId class_id = 0;
  float confidence = 0;
};

/// Recognises photos a list at a time. It needs no truth, so it serves test sets without it.
class Recogniser {
 public:
  /// Enrols everybody of `split`. Network and store must outlive the recogniser. Errors of enrol.
  Recogniser(Network& network, PhotoStore& store, const Split& split, const EmbedderOptions& options = {});

  /// The nearest prototype of each photo that decodes, in the order asked for.
  std::vector<Prediction> recognise(std::span<const PhotoId> photos);

 private:
  Network& network_;
  PhotoStore& store_;
  const EmbedderOptions options_;
  Embeddings prototypes_;  // [classes, dim]
};

/// Predictions beside the truth, for score_one_shot.
std::vector<Recognition> compare(const std::vector<Prediction>& predictions, const PhotoSet& set);

}  // namespace dg
