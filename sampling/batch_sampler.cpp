#include "sampling/batch_sampler.h"

#include <utility>

#include "sampling/check.h"
#include "sampling/urn.h"

namespace dg {

Batch draw_photos(const IdentityIndex& index, std::vector<ClassId> classes, std::vector<int> photos_per_class,
                  Rng& rng) {
  demand(classes.size() == photos_per_class.size(), "draw_photos",
         "each class needs its number of images, got ", classes.size(), " classes and ",
         photos_per_class.size(), " numbers");
  Batch batch{.classes = std::move(classes),
              .photos_per_class = std::move(photos_per_class),
              .photos = {},
              .labels = {}};
  for (std::size_t i = 0; i < batch.classes.size(); ++i) {
    const ClassId c = batch.classes[i];
    const int count = batch.photos_per_class[i];
    demand(count >= 0, "draw_photos", "images of class ", c, " must be at least 0, got ", count);
    const std::span<const PhotoId> photos = index.photos_of(c);
    const Urn full(static_cast<std::int64_t>(photos.size()));
    Urn urn = full;
    for (int drawn = 0; drawn < count; ++drawn) {
      if (urn.empty()) urn = full;
      batch.photos.push_back(photos[static_cast<std::size_t>(urn.draw(rng))]);
      batch.labels.push_back(c);
    }
  }
  return batch;
}

State save_batch(const Batch& batch) {
  StateWriter out("DGBT");
  out.put(batch.classes);
  out.put(batch.photos_per_class);
  out.put(batch.photos);
  out.put(batch.labels);
  return std::move(out).finish();
}

Batch load_batch(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGBT");
  Batch batch;
  batch.classes = in.get_vector<ClassId>();
  batch.photos_per_class = in.get_vector<int>();
  batch.photos = in.get_vector<PhotoId>();
  batch.labels = in.get_vector<ClassId>();
  in.finish();

  const std::vector<int>& counts = batch.photos_per_class;
  bool fits = batch.classes.size() == counts.size() && batch.photos.size() == batch.labels.size();
  std::size_t row = 0;
  for (std::size_t i = 0; fits && i < batch.classes.size(); ++i) {
    const auto left = static_cast<int>(batch.photos.size() - row);
    fits = counts[i] >= 0 && counts[i] <= left;
    for (int n = 0; fits && n < counts[i]; ++n) fits = batch.labels[row++] == batch.classes[i];
  }
  demand(fits && row == batch.photos.size(), "load_batch",
         "classes, images, rows and labels do not fit together");
  return batch;
}

}  // namespace dg
