#include "sampling/doppelganger_sampler.h"

#include <utility>

#include "sampling/check.h"
#include "sampling/sampler_state.h"
#include "sampling/urn.h"

namespace dg {
namespace {
constexpr const char* where = "doppelganger_sampler";
}

DoppelgangerSampler::DoppelgangerSampler(const IdentityIndex& index, const DoppelgangerList& list,
                                         ClassCounts counts, int random_classes, Rng rng)
    : index_(index), list_(list), counts_(counts), random_classes_(random_classes), rng_(rng) {
  demand_random_classes(counts, random_classes, where);
  demand_enough_classes(counts, index.classes(), where);
  demand(list.classes() == index.classes(), where, "the doppelganger list must be of ", index.classes(),
         " classes, got ", list.classes());
}

Batch DoppelgangerSampler::next() {
  std::vector<int> photos_per_class = counts_.draw(rng_);
  std::vector<ClassId> classes;
  const auto random_classes = static_cast<std::size_t>(random_classes_);

  Urn urn(index_.classes());  // the classes that are not in the batch
  for (std::size_t i = 0; i < photos_per_class.size(); ++i) {
    const ClassId doppelganger = i < random_classes ? no_class : list_[classes[i - random_classes]];
    if (doppelganger != no_class && urn.contains(doppelganger)) {
      urn.take(doppelganger);
      classes.push_back(doppelganger);
    } else {
      classes.push_back(static_cast<ClassId>(urn.draw(rng_)));
    }
  }
  return draw_photos(index_, std::move(classes), std::move(photos_per_class), rng_);
}

std::int64_t DoppelgangerSampler::bytes() const {
  return static_cast<std::int64_t>(list_.entries().size_bytes());
}

State DoppelgangerSampler::save() const {
  StateWriter out("DGSD");
  put_sampler(out, index_, rng_);
  return std::move(out).finish();
}

void DoppelgangerSampler::load(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGSD");
  const Rng rng = get_sampler(in, index_, where);
  in.finish();
  rng_ = rng;
}

}  // namespace dg
