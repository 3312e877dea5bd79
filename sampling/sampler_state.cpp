#include "sampling/sampler_state.h"

namespace dg {

void put_sampler(StateWriter& out, const IdentityIndex& index, const Rng& rng) {
  out.put(index.classes());
  out.put(index.photos());
  out.put(rng.state().seed);
  out.put(rng.state().stream);
  out.put(rng.state().position);
}

Rng get_sampler(StateReader& in, const IdentityIndex& index, const char* where) {
  const auto classes = in.get<ClassId>();
  const auto photos = in.get<std::int64_t>();
  Rng::State rng;
  rng.seed = in.get<std::uint64_t>();
  rng.stream = in.get<std::uint64_t>();
  rng.position = in.get<std::uint64_t>();
  demand(classes == index.classes() && photos == index.photos(), where, "the saved sampler works on ",
         classes, " classes and ", photos, " photos, this one on ", index.classes(), " and ", index.photos());
  return Rng(rng);
}

}  // namespace dg
