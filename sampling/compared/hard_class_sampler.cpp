#include "sampling/compared/hard_class_sampler.h"

#include <algorithm>
#include <utility>

#include "sampling/check.h"
#include "sampling/compared/hard_class_choice.h"
#include "sampling/sampler_state.h"
#include "sampling/urn.h"

namespace dg {
namespace {
constexpr const char* where = "hard_class_sampler";
}

HardClassSampler::HardClassSampler(const IdentityIndex& index, EmbedPhotos embed, ClassCounts counts,
                                   const HardClassOptions& options, Rng rng)
    : index_(index), embed_(std::move(embed)), counts_(counts), options_(options), rng_(rng) {
  const int most = counts.max_classes();
  demand_random_classes(counts, options.random_classes, where);
  demand_enough_classes(counts, index.classes(), where);
  demand(options.candidates == 0 || options.candidates >= most, where, "candidates must be 0 or at least ",
         most, ", the most classes a batch can have, got ", options.candidates);
  demand(options.photos >= 2, where, "photos must be at least 2, got ", options.photos);
  if (options_.candidates == 0) options_.candidates = 4 * most;
  options_.candidates = std::min(options_.candidates, static_cast<int>(index.classes()));
}

Batch HardClassSampler::next() {
  Rng rng = rng_;  // committed at the end: embed may throw
  std::vector<int> photos_per_class = counts_.draw(rng);
  const std::size_t seeds =
      std::min(static_cast<std::size_t>(options_.random_classes), photos_per_class.size());
  const std::size_t n =
      seeds == photos_per_class.size() ? seeds : static_cast<std::size_t>(options_.candidates);
  std::vector<ClassId> candidates, classes;
  Urn urn(index_.classes());
  for (std::size_t i = 0; i < n; ++i) candidates.push_back(static_cast<ClassId>(urn.draw(rng)));
  if (seeds == photos_per_class.size()) {
    classes = candidates;
  } else {
    const Batch probes = draw_photos(index_, candidates, std::vector<int>(n, options_.photos), rng);
    const Embeddings embedded = embed_(probes.photos);
    demand_rows(embedded, probes.photos.size(), where);
    for (const std::size_t i : choose_hard_classes(embedded, static_cast<std::size_t>(options_.photos), seeds,
                                                   photos_per_class.size(), rng))
      classes.push_back(candidates[i]);
    bytes_ = std::max(bytes_, static_cast<std::int64_t>(2 * embedded.values.size() * sizeof(float)));
  }
  Batch batch = draw_photos(index_, std::move(classes), std::move(photos_per_class), rng);
  rng_ = rng;
  return batch;
}

State HardClassSampler::save() const {
  StateWriter out("DGSH");
  put_sampler(out, index_, rng_);
  return std::move(out).finish();
}

void HardClassSampler::load(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGSH");
  const Rng rng = get_sampler(in, index_, where);
  in.finish();
  rng_ = rng;
}

}  // namespace dg
