// The section [loss]: the settings of each loss, and what they must be together. A new loss adds the keys
// of its settings here.
#include "tensor/check.h"
#include "training/config/keys.h"

namespace dg::config {

std::vector<Key> loss_keys() {
  return {
      real("loss.l2_softmax", DG_AT(loss.l2_softmax), 0, infinity, "weight of the L2-Softmax loss; 0 = off"),
      real("loss.lifted", DG_AT(loss.lifted), 0, infinity,
           "weight of the lifted structured loss; 0 = off (paper: 0.1)"),
      real("loss.margin", DG_AT(loss.margin), 0, infinity, "weight of the margin loss; 0 = off"),
      real("loss.l2_alpha", DG_AT(loss.l2_alpha), 1, infinity,
           "scale of the embedding in the L2-Softmax, at the start"),
      boolean("loss.l2_alpha_trainable", DG_AT(loss.l2_alpha_trainable), "train that scale; false = keep it"),
      real("loss.lifted_alpha", DG_AT(loss.lifted_alpha), 1, infinity,
           "scale of the embedding in the lifted structured loss, at the start"),
      choice("loss.lifted_distance", DG_AT(loss.lifted_distance),
             {{LiftedMeasure::distance, "euclidean"}, {LiftedMeasure::cosine, "cosine"}},
             "what the lifted structured loss measures"),
      real("loss.margin_alpha", DG_AT(loss.margin_alpha), 0, 2, "margin of the margin loss (alpha of eq. 2)"),
      real("loss.margin_beta", DG_AT(loss.margin_beta), -1, 1,
           "boundary of the margin loss (beta of eq. 2), at the start"),
      real("loss.margin_beta_rate", DG_AT(loss.margin_beta_rate), 0, infinity,
           "multiplier of the learning rate for beta"),
      paper("0", integer("loss.margin_start", DG_AT(loss.margin_start), 0, billion,
                         "step at which the margin loss starts")),
  };
}

void check_losses(const Config& c) {
  const auto& l = c.loss;
  const auto& s = c.sampling;
  require(l.l2_softmax > 0 || l.lifted > 0 || l.margin > 0, "config",
          "one of loss.l2_softmax, loss.lifted and loss.margin must be > 0, got 0 for all");
  const bool needs_scores =
      s.method == SamplingMethod::doppelganger && !(s.fixed() && s.random_classes == s.fixed_classes());
  require(l.l2_softmax > 0 || !needs_scores, "config",
          "loss.l2_softmax must be > 0 when sampling.random_classes < sampling.classes, because "
          "doppelgangers come from its scores, got 0");
  require(l.l2_softmax > 0 || l.lifted > 0 || l.margin_start == 0, "config",
          "loss.margin_start must be 0 when the margin loss is the only one, got {}", l.margin_start);
}

}  // namespace dg::config
