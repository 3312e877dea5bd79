// Classifier learning (section 4.2.8): on top of a trained network that no longer changes, an L2-Softmax over
// base and novel identities together is started at the class means and trained for a few hundred iterations:
//
//   logits = alpha e W^T + b,   W [classes, d] = renormalised class means, b = 0 at the start.
//
// Each batch holds one photo of each of `batch` different random classes (N_r = N_c: no mining and no
// exemplar loss). At iteration 0 the logits are alpha times the cosines, so the most probable class is the
// one with the nearest prototype.
#pragma once
#include <functional>
#include <vector>

#include "evaluation/ensemble.h"
#include "sampling/identity_index.h"
#include "tensor/rng.h"
#include "tensor/tensor.h"

namespace dg {

/// Defaults are the paper's.
struct ClassifierLearning {
  std::int64_t iterations = 500;
  double rate = 1e-3, final_rate = 1e-4;  // cosine, as in the network's training
  std::int64_t batch = 81;                // classes, one photo each
  double alpha = 16;                      // scale of the embeddings at the start
  bool train_alpha = true;
  double momentum = 0.9, decay = 5e-4;  // Nesterov; decay of W alone
  bool rate_inside = false;
};

/// W [classes, dim], b [classes] and alpha, on the host.
struct Classifier {
  std::vector<float> weight, bias;
  std::size_t dim = 0;
  double alpha = 0;

  ClassifierView view() const { return {{weight, dim}, bias, alpha}; }
};

/// Gives the unit embeddings [photos, d] of a batch, on the device. Photos are numbered as in the index.
using EmbedBatch = std::function<Tensor(std::int64_t iteration, std::span<const PhotoId> photos)>;

/// Where learning starts: W = `means` [classes, d], bias 0.
Classifier start_classifier(const EmbeddingView& means, double alpha);

struct LearntClassifier {
  Classifier classifier;
  std::vector<double> losses;  // of each iteration's batch, before its step
};

/// `index`: the photos of each class, one or more. Errors: sizes that do not fit, more classes in a batch
/// than there are, a loss that is not finite.
LearntClassifier learn_classifier(const Classifier& start, const IdentityIndex& index,
                                  const EmbedBatch& embed, const ClassifierLearning& options, Rng rng,
                                  Device device = Device::cpu);

}  // namespace dg
