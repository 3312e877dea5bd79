// The part of a sampler's state that all samplers share: which data set it works on, and its generator.
// Layout: classes (int32), photos (int64), seed, stream and position of the generator (uint64 each).
#pragma once
#include "sampling/identity_index.h"
#include "sampling/state.h"
#include "tensor/rng.h"

namespace dg {

void put_sampler(StateWriter& out, const IdentityIndex& index, const Rng& rng);
/// The generator. Error, in the name of `where`, when the saved sampler works on another data set.
Rng get_sampler(StateReader& in, const IdentityIndex& index, const char* where);

}  // namespace dg
