#include "training/sampler.h"

#include "sampling/compared/class_graph_sampler.h"
#include "sampling/compared/hard_class_sampler.h"
#include "sampling/doppelganger_sampler.h"
#include "sampling/random_sampler.h"
#include "tensor/check.h"

namespace dg {
namespace {

ClassCounts class_counts(const Config::Sampling& s) {
  const auto batch = static_cast<int>(s.batch), lo = static_cast<int>(s.images_per_class.lo);
  return s.fixed() ? ClassCounts::fixed(batch, static_cast<int>(s.fixed_classes()), lo)
                   : ClassCounts::range(batch, lo, static_cast<int>(s.images_per_class.hi));
}

}  // namespace

std::unique_ptr<BatchSampler> make_sampler(const Config::Sampling& s, const IdentityIndex& index,
                                           const DoppelgangerList& list, EmbedPhotos embed, Rng rng) {
  const ClassCounts counts = class_counts(s);
  const auto random_classes = static_cast<int>(s.random_classes), photos = static_cast<int>(s.probe_photos);
  switch (s.method) {
    case SamplingMethod::random:
      return std::make_unique<RandomSampler>(index, counts, rng);
    case SamplingMethod::doppelganger:
      return std::make_unique<DoppelgangerSampler>(index, list, counts, random_classes, rng);
    case SamplingMethod::hard_class: {
      const HardClassOptions options{
          .random_classes = random_classes, .candidates = static_cast<int>(s.candidates), .photos = photos};
      return std::make_unique<HardClassSampler>(index, std::move(embed), counts, options, rng);
    }
    case SamplingMethod::class_graph: {
      const ClassGraphOptions options{.random_classes = random_classes,
                                      .neighbours = static_cast<int>(s.neighbours),
                                      .photos = photos,
                                      .every = s.graph_every};
      return std::make_unique<ClassGraphSampler>(index, std::move(embed), counts, options, rng);
    }
  }
  throw Error(fmt::format("[sampler] sampling.method has no value {}", static_cast<int>(s.method)));
}

}  // namespace dg
