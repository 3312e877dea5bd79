#include "report/examples.h"

#include <algorithm>
#include <tuple>

#include "tensor/check.h"

namespace dg::reporting {

std::vector<LookAlikes> closest_look_alikes(std::span<const ClassId> doppelganger,
                                            const EmbeddingView& prototypes, std::size_t most) {
  require(doppelganger.size() == prototypes.rows(), "look_alikes",
          "the list must have an entry for each of {} prototypes, got {}", prototypes.rows(),
          doppelganger.size());
  std::vector<LookAlikes> all;
  for (std::size_t i = 0; i < doppelganger.size(); ++i) {
    const ClassId identity = static_cast<ClassId>(i), other = doppelganger[i];
    if (other == no_class) continue;
    const bool mutual = doppelganger[other] == identity;
    if (mutual && other < identity) continue;  // the pair is there already
    all.push_back({identity, other, mutual, dot(prototypes.row(i), prototypes.row(other))});
  }
  std::ranges::sort(
      all, {}, [](const LookAlikes& pair) { return std::tuple(!pair.mutual, -pair.cosine, pair.identity); });
  all.resize(std::min(all.size(), most));
  return all;
}

std::size_t count_mutual(std::span<const ClassId> doppelganger) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < doppelganger.size(); ++i) {
    const ClassId other = doppelganger[i];
    count += other != no_class && doppelganger[other] == static_cast<ClassId>(i);
  }
  return count;
}

std::vector<std::size_t> worst_mistakes(std::span<const Recognition> photos, std::size_t most) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    if (photos[i].answered() && !photos[i].correct()) wrong.push_back(i);
  }
  std::ranges::stable_sort(
      wrong, [&](std::size_t a, std::size_t b) { return photos[a].confidence > photos[b].confidence; });
  wrong.resize(std::min(wrong.size(), most));
  return wrong;
}

std::size_t closest_photo(const EmbeddedPhotos& photos, ClassId identity, std::span<const float> target) {
  std::size_t closest = photos.classes.size();
  float highest = 0;
  for (std::size_t i = 0; i < photos.classes.size(); ++i) {
    if (photos.classes[i] != identity) continue;
    const float product = dot(photos.row(i), target);
    if (closest < photos.classes.size() && product <= highest) continue;
    closest = i;
    highest = product;
  }
  require(closest < photos.classes.size(), "closest_photo", "identity {} must have a photo, got none",
          identity);
  return closest;
}

}  // namespace dg::reporting
