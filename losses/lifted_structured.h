// Lifted structured feature embedding (section 4.2.4; Oh Song, Xiang, Jegelka and Savarese 2016) on
// embeddings of fixed length alpha, which is trained (start 12, section 4.2.5). For a positive pair (i, j)
//
//   J_ij = log( sum_k exp(m - D_ik) + sum_l exp(m - D_jl) ) + D_ij,
//   loss = 1/2 mean over positive pairs i < j of max(0, J_ij)^2,
//
// k and l over the photos of other classes than i's and j's, D the Euclidean distance of the scaled
// embeddings, m = 1 the margin. Without a positive pair or without a negative the loss is 0.
#pragma once
#include "losses/loss.h"

namespace dg {
inline namespace DG_WIDTH {

enum class LiftedMeasure {
  distance,  // D_ij = alpha |e_i - e_j|
  cosine,    // D_ij = -alpha cos_ij; the same as alpha (1 - cos_ij), since a constant cancels in J
};

struct LiftedStructuredOptions {
  double margin = 1;
  LiftedMeasure measure = LiftedMeasure::distance;
  double scale = 12;  // start of alpha
  bool train_scale = true;
};

class LiftedStructured final : public Loss {
 public:
  explicit LiftedStructured(const LiftedStructuredOptions& options = {});
  /// Fills the parameter lifted.alpha.
  void initialise(Device device = Device::cpu);
  void initialise(Rng&, Device device) override { initialise(device); }
  std::vector<Parameter*> parameters() override { return {&alpha_}; }
  std::string name() const override { return "lifted"; }

  /// e [n, d] with rows of length 1, labels [n] -> scalar.
  Var operator()(const Var& e, const Array<std::int32_t>& labels) const;
  LossValue evaluate(const LossBatch& batch) const override {
    return {.loss = (*this)(batch.embeddings, batch.labels)};
  }

 private:
  LiftedStructuredOptions options_;
  Parameter alpha_;
};

/// The loss from the dissimilarities D [n, n] (symmetric) themselves -> scalar.
Var lifted_structured_loss(const Var& dissimilarity, const Array<std::int32_t>& labels, Real margin);

}  // namespace DG_WIDTH
}  // namespace dg
