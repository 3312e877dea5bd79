#include "sampling/random_sampler.h"

#include <utility>

#include "sampling/sampler_state.h"
#include "sampling/urn.h"

namespace dg {
namespace {
constexpr const char* where = "random_sampler";
}

RandomSampler::RandomSampler(const IdentityIndex& index, ClassCounts counts, Rng rng)
    : index_(index), counts_(counts), rng_(rng) {
  demand_enough_classes(counts, index.classes(), where);
}

Batch RandomSampler::next() {
  std::vector<int> photos_per_class = counts_.draw(rng_);
  std::vector<ClassId> classes;
  Urn urn(index_.classes());
  for (std::size_t i = 0; i < photos_per_class.size(); ++i)
    classes.push_back(static_cast<ClassId>(urn.draw(rng_)));
  return draw_photos(index_, std::move(classes), std::move(photos_per_class), rng_);
}

State RandomSampler::save() const {
  StateWriter out("DGSR");
  put_sampler(out, index_, rng_);
  return std::move(out).finish();
}

void RandomSampler::load(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGSR");
  const Rng rng = get_sampler(in, index_, where);
  in.finish();
  rng_ = rng;
}

}  // namespace dg
