// Contrastive loss (Hadsell, Chopra and LeCun 2006; reference 4 of the paper is its first form, Chopra,
// Hadsell and LeCun 2005) on cosine similarities:
//
//   l(i, j) = 1 - S_ij                 positive pair: half the squared distance of rows of length 1
//   l(i, j) = 1/2 ((S_ij - m)_+)^2     negative pair, the squared hinge of the original on S instead of D
//   loss = mean of l over the positive pairs + mean of l over the negative pairs; a mean of no pairs is 0.
//
// S [n, n] cosines, m in [-1, 1] the margin: negative pairs with a lower cosine add nothing. Each kind has
// its own mean because the original trains on as many pairs of one kind as of the other, while a batch has
// far more negative pairs than positive ones. All pairs of the batch take part.
#pragma once
#include "losses/loss.h"

namespace dg {
inline namespace DG_WIDTH {

class ContrastiveLoss final : public Loss {
 public:
  /// Throws Error unless `margin` is in [-1, 1].
  explicit ContrastiveLoss(double margin);
  std::string name() const override { return "contrastive"; }
  LossValue evaluate(const LossBatch& batch) const override;

 private:
  Real margin_;
};

/// The loss as a function: similarity [n, n], labels [n] -> scalar. Throws Error when the sizes do not fit.
Var contrastive_loss(const Var& similarity, const Array<std::int32_t>& labels, Real margin);

}  // namespace DG_WIDTH
}  // namespace dg
