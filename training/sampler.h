// The sampler that `sampling.method` names, with the settings of a configuration.
#pragma once
#include <memory>

#include "sampling/batch_sampler.h"
#include "sampling/doppelganger_list.h"
#include "sampling/embeddings.h"
#include "training/config/config.h"

namespace dg {

/// `index`, `list` and what `embed` refers to must outlive the sampler. `list` is read by "doppelganger"
/// alone, `embed` called by "hard_class" and "class_graph" alone. Errors of the samplers' constructors.
std::unique_ptr<BatchSampler> make_sampler(const Config::Sampling& settings, const IdentityIndex& index,
                                           const DoppelgangerList& list, EmbedPhotos embed, Rng rng);

}  // namespace dg
