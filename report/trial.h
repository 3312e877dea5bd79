// A finished run's network tried on a data set, with the embeddings kept: the figures come from who was taken
// for whom, the pictures from what lies close to what.
#pragma once
#include <vector>

#include "recognition/enrolment.h"
#include "training/run/finished_run.h"

namespace dg::reporting {

struct Trial {
  EvaluationData data;
  ProtocolPhotos photos;
  Embeddings prototypes;                 // [identities, dim]
  std::vector<Recognition> novel, base;  // of photos.novel and photos.base; those without an answer are last

  /// The photo that a row of `novel` is about; no_photo for those without an answer.
  PhotoId novel_photo(std::size_t row) const {
    return row < photos.novel.photos.size() ? photos.novel.photos[row] : no_photo;
  }
};

/// Unlike evaluate_one_shot it takes data without a novel test photo, or without any test photo: there are
/// prototypes then, and fewer figures or none. Errors of open_evaluation_data and embed_split.
Trial try_on_data(const FinishedRun& run, const EvaluateOptions& options);

}  // namespace dg::reporting
