// L2-Softmax loss (section 4.2.4; Ranjan, Castillo and Chellappa 2017): softmax cross-entropy on embeddings
// of fixed length alpha,
//
//   logits = alpha e W^T + b,   e [n, d] of length 1, W [classes, d] not normalised, b [classes].
//
// alpha is trained (start 16, floor 1, no decay). The same pass gives, per photo, the highest class that is
// not its own: what the doppelganger list is made of (section 3.2).
#pragma once
#include "losses/loss.h"

namespace dg {
inline namespace DG_WIDTH {

struct L2SoftmaxOptions {
  std::int64_t classes = 0;
  std::int64_t embedding = 0;  // d
  double scale = 16;           // start of alpha
  bool train_scale = true;
  double weight_sd = 0.01;  // the weights start normal with this deviation; 0 = at zero
};

class L2Softmax final : public Loss {
 public:
  /// Names and sizes only; no memory is taken before `initialise`. Throws Error for impossible options.
  explicit L2Softmax(const L2SoftmaxOptions& options);
  /// Fills the parameters l2_softmax.weight, l2_softmax.bias and l2_softmax.alpha.
  void initialise(Rng& rng, Device device = Device::cpu) override;
  std::vector<Parameter*> parameters() override { return {&weight_, &bias_, &alpha_}; }

  std::string name() const override { return "l2_softmax"; }
  bool prototype_based() const override { return true; }
  Parameter* class_weight() override { return &weight_; }
  std::vector<std::pair<std::string, const Parameter*>> logged() const override {
    return {{"alpha", &alpha_}};
  }

  /// e [n, d] with rows of length 1, labels [n] in [0, classes). Logits are bias included.
  SoftmaxCrossEntropy operator()(const Var& e, const Array<std::int32_t>& labels) const;
  LossValue evaluate(const LossBatch& batch) const override;

 private:
  L2SoftmaxOptions options_;
  Parameter weight_, bias_, alpha_;
};

/// The scale below which no network can give its classes the probability p in the mean: ln(p (C - 2) / (1 -
/// p)), where C = classes >= 3 (Ranjan et al., section 3.3).
double l2_softmax_least_scale(std::int64_t classes, double p);

}  // namespace DG_WIDTH
}  // namespace dg
