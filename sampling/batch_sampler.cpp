#include "sampling/batch_sampler.h"

#include <utility>

#include "sampling/check.h"
#include "sampling/urn.h"

namespace dg {

Batch draw_photos(const IdentityIndex& index, std::vector<ClassId> classes, std::vector<int> images,
                  Rng& rng) {
  demand(classes.size() == images.size(), "draw_photos", "each class needs its number of images, got ",
         classes.size(), " classes and ", images.size(), " numbers");
  Batch batch{.classes = std::move(classes), .images = std::move(images), .rows = {}, .labels = {}};
  for (std::size_t i = 0; i < batch.classes.size(); ++i) {
    const ClassId c = batch.classes[i];
    demand(batch.images[i] >= 0, "draw_photos", "images of class ", c, " must be at least 0, got ",
           batch.images[i]);
    const std::span<const PhotoId> photos = index.photos_of(c);
    const Urn full(static_cast<std::int64_t>(photos.size()));
    Urn urn = full;
    for (int image = 0; image < batch.images[i]; ++image) {
      if (urn.empty()) urn = full;
      batch.rows.push_back(photos[static_cast<std::size_t>(urn.draw(rng))]);
      batch.labels.push_back(c);
    }
  }
  return batch;
}

State save_batch(const Batch& batch) {
  StateWriter out("DGBT");
  out.put(batch.classes);
  out.put(batch.images);
  out.put(batch.rows);
  out.put(batch.labels);
  return std::move(out).finish();
}

Batch load_batch(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGBT");
  Batch batch;
  batch.classes = in.get_vector<ClassId>();
  batch.images = in.get_vector<int>();
  batch.rows = in.get_vector<PhotoId>();
  batch.labels = in.get_vector<ClassId>();
  in.finish();

  bool fits = batch.classes.size() == batch.images.size() && batch.rows.size() == batch.labels.size();
  std::size_t row = 0;
  for (std::size_t i = 0; fits && i < batch.classes.size(); ++i) {
    const auto left = static_cast<int>(batch.rows.size() - row);
    fits = batch.images[i] >= 0 && batch.images[i] <= left;
    for (int image = 0; fits && image < batch.images[i]; ++image)
      fits = batch.labels[row++] == batch.classes[i];
  }
  demand(fits && row == batch.rows.size(), "load_batch",
         "classes, images, rows and labels do not fit together");
  return batch;
}

}  // namespace dg
