#include "recognition/embedder.h"

#include <algorithm>

#include "data/augmentation.h"
#include "data/loader.h"
#include "evaluation/embeddings.h"

namespace dg {

EmbeddedPhotos embed_photos(Network& network, PhotoStore& store, const std::vector<PhotoId>& photos,
                            const EmbedderOptions& o) {
  const NoGrad guard;
  Loader loader(store, {.workers = o.workers, .replace_broken = false});
  const auto total = static_cast<std::int64_t>(photos.size()), steps = (total + o.batch - 1) / o.batch;
  const auto submit = [&](std::int64_t step) {
    if (step < steps) {
      loader.submit(
          step, {photos.begin() + step * o.batch, photos.begin() + std::min(total, (step + 1) * o.batch)});
    }
  };
  submit(0);
  EmbeddedPhotos result;
  for (std::int64_t step = 0; step < steps; ++step) {
    submit(step + 1);
    const LoadedBatch batch = loader.take(step);
    const auto images = Array<std::uint8_t>::from(batch.pixels, o.device);
    const auto plain = network.forward(Var(normalise(images, store.size()))).value().to_vector();
    const auto mirrored = network.forward(Var(normalise(images, store.size(), true))).value().to_vector();
    result.dim = plain.size() / batch.photos.size();
    const std::vector<float> unit = mirror_average({plain, result.dim}, {mirrored, result.dim});
    for (std::size_t i = 0; i < batch.photos.size(); ++i) {
      if (batch.photos[i] == no_photo) continue;
      result.photos.push_back(batch.photos[i]);
      result.values.insert(result.values.end(), unit.begin() + static_cast<std::ptrdiff_t>(i * result.dim),
                           unit.begin() + static_cast<std::ptrdiff_t>((i + 1) * result.dim));
    }
  }
  return result;
}

std::vector<float> embed_once(Network& network, PhotoStore& store, std::span<const PhotoId> photos,
                              const EmbedderOptions& o) {
  const NoGrad guard;
  std::vector<float> values;
  for (std::size_t first = 0; first < photos.size(); first += static_cast<std::size_t>(o.batch)) {
    const std::size_t n = std::min(photos.size() - first, static_cast<std::size_t>(o.batch));
    const auto images = Array<std::uint8_t>::from(store.load_all(photos.subspan(first, n)), o.device);
    const auto unit = l2_normalize(network.forward(Var(normalise(images, store.size())))).value().to_vector();
    values.insert(values.end(), unit.begin(), unit.end());
  }
  return values;
}

}  // namespace dg
