// Which keys are shown first: docs/configuration.md has one table for each tier.
#include "training/config/keys.h"

namespace dg::config {

const std::vector<TierText>& tiers() {
  static const std::vector<TierText> all{
      {Tier::matters,
       "Five that matter",
       "How long (in steps, or in epochs instead), at what size of picture and network, with how large a "
       "rate and "
       "batch: these decide time, memory and most of the accuracy.",
       {"steps", "epochs", "network.input", "network.width", "optim.rate", "sampling.batch"}},
      {Tier::may_matter,
       "Twenty that may",
       "What is held out, read and kept, which losses and which sampling are compared, and what becomes of a "
       "run that goes wrong: a question or a data set of its own asks for these.",
       {"seed",
        "data.base_identities",
        "data.workers",
        "data.cache_mb",
        "data.max_broken",
        "data.nested",
        "data.strict",
        "data.crop",
        "network.embedding",
        "init.classifier",
        "loss.margin",
        "optim.decay",
        "optim.warmup",
        "sampling.images_per_class",
        "sampling.method",
        "sampling.random_classes",
        "evaluate.every",
        "evaluate.pairs",
        "checkpoint.minutes",
        "guard.collapse"}},
      {Tier::rest,
       "The rest",
       "Choices that the paper makes or leaves open (`docs/deviations.md`), and fine adjustments.",
       {}}};
  return all;
}

}  // namespace dg::config
