#include "sampling/class_counts.h"

#include <algorithm>
#include <cstdint>

#include "sampling/check.h"

namespace dg {
namespace {
constexpr const char* where = "class_counts";
}

ClassCounts ClassCounts::fixed(int batch, int classes, int images_per_class) {
  demand(classes >= 1 && images_per_class >= 1, where,
         "classes and images per class must be at least 1, got ", classes, " and ", images_per_class);
  demand(batch == std::int64_t{classes} * images_per_class, where,
         "batch must be classes * images per class = ", classes, " * ", images_per_class, ", got ", batch);
  return {batch, images_per_class, images_per_class};
}

ClassCounts ClassCounts::range(int batch, int lo, int hi) {
  demand(1 <= lo && lo <= hi, where, "images per class must be a range lo..hi with 1 <= lo <= hi, got ", lo,
         "..", hi);
  demand(batch >= 1, where, "batch must be at least 1, got ", batch);
  // If any number of classes works, the largest that gives each of them lo does.
  demand(std::int64_t{batch / lo} * hi >= batch, where, "no number of classes with ", lo, "..", hi,
         " images each makes a batch of ", batch);
  return {batch, lo, hi};
}

std::vector<int> ClassCounts::draw(Rng& rng) const {
  const auto choices = static_cast<std::uint64_t>(hi_ - lo_ + 1);
  std::vector<int> photos_per_class;
  int total = 0;
  while (total < batch_) {
    photos_per_class.push_back(std::min(lo_ + static_cast<int>(rng.below(choices)), batch_ - total));
    total += photos_per_class.back();
  }
  if (photos_per_class.back() >= lo_) return photos_per_class;

  if (static_cast<int>(photos_per_class.size()) <= max_classes()) {
    for (auto donor = photos_per_class.rbegin() + 1; photos_per_class.back() < lo_; ++donor) {
      const int moved = std::min(*donor - lo_, lo_ - photos_per_class.back());
      *donor -= moved;
      photos_per_class.back() += moved;
    }
  } else {
    int remaining = photos_per_class.back();
    photos_per_class.pop_back();
    for (auto receiver = photos_per_class.rbegin(); remaining > 0; ++receiver) {
      const int moved = std::min(hi_ - *receiver, remaining);
      *receiver += moved;
      remaining -= moved;
    }
  }
  return photos_per_class;
}

void demand_enough_classes(const ClassCounts& counts, std::int64_t classes, const char* where) {
  demand(counts.max_classes() <= classes, where, "a batch may have ", counts.max_classes(),
         " classes, but only ", classes, " exist");
}

void demand_random_classes(const ClassCounts& counts, int random_classes, const char* where) {
  demand(random_classes >= 1 && random_classes <= counts.max_classes(), where,
         "random_classes (N_r) must be 1..", counts.max_classes(),
         ", the most classes a batch can have, got ", random_classes);
}

}  // namespace dg
