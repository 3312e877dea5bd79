// Margin based loss on cosine similarities (section 4.2.4, eq. 2; after Wu, Manmatha, Smola and Kraehenbuehl
// 2017):
//
//   l(i, j) = (alpha - y_ij (S_ij - beta))_+,   y = +1 for a positive pair, -1 for a negative one,
//   loss = sum over the drawn pairs of l / number of drawn pairs; 0 when none was drawn.
//
// S [n, n] cosines, alpha = 0.1 the margin, beta the trained boundary (start 0.5). Which pairs are drawn:
// losses/pair_selection.h. A pair drawn by both its photos counts twice.
#pragma once
#include "losses/loss.h"

namespace dg {
inline namespace DG_WIDTH {

struct MarginOptions {
  double margin = 0.1;       // alpha
  double boundary = 0.5;     // start of beta
  double boundary_rate = 1;  // times the learning rate, for beta
  bool train_boundary = true;
};

class MarginLoss final : public Loss {
 public:
  explicit MarginLoss(const MarginOptions& options = {});
  /// Fills the parameter margin.beta.
  void initialise(Device device = Device::cpu);
  void initialise(Rng&, Device device) override { initialise(device); }
  std::vector<Parameter*> parameters() override { return {&beta_}; }
  std::string name() const override { return "margin"; }
  std::vector<std::pair<std::string, const Parameter*>> logged() const override { return {{"beta", &beta_}}; }

  /// Draws pairs at the present beta.
  DrawnPairs draw(const Tensor& similarity, const Array<std::int32_t>& labels, Rng& rng) const;
  /// The loss of drawn pairs -> scalar. The pairs are constants for the gradient.
  Var operator()(const Var& similarity, const DrawnPairs& pairs) const;
  LossValue evaluate(const LossBatch& batch) const override;
  /// Pair sums at the present beta (see pair_sums).
  Tensor pair_statistics(const Tensor& similarity, const Array<std::int32_t>& labels) const override;

 private:
  MarginOptions options_;
  Parameter beta_;
};

/// The loss as a function: similarity [n, n], beta one number -> scalar.
Var margin_loss(const Var& similarity, const Var& beta, const DrawnPairs& pairs, Real margin);

}  // namespace DG_WIDTH
}  // namespace dg
