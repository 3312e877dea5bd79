// The part of the state that all samplers share: the size of the data set and the random generator. Layout:
// classes (int32), photos (int64), then seed, stream and position of the generator (uint64 each).
#pragma once
#include "sampling/identity_index.h"
#include "sampling/state.h"
#include "tensor/rng.h"

namespace dg {

void put_sampler(StateWriter& out, const IdentityIndex& index, const Rng& rng);
/// The generator. Error, in the name of `where`, when the saved sampler works on a data set of another size.
Rng get_sampler(StateReader& in, const IdentityIndex& index, const char* where);

}  // namespace dg
