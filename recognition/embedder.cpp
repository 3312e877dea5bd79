#include "recognition/embedder.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "data/augmentation.h"
#include "data/loader.h"
#include "evaluation/embeddings.h"

namespace dg {
namespace {

// A pass of a large network over a batch takes half a minute on a few cores; a layer does not.
class StopBetweenLayers final : public LayerHook {
 public:
  explicit StopBetweenLayers(const std::atomic<bool>* stop) : stop_(stop) {}
  void after_linear(Parameter&, Var&) override {
    if (stop_ != nullptr && stop_->load())
      throw Stopped("[embed_photos] stopped before all photos were seen");
  }
  void before_arfa(const Parameter&, Parameter&, const Var&) override {}

 private:
  const std::atomic<bool>* stop_;
};

}  // namespace

EmbeddedPhotos embed_photos(Network& network, PhotoStore& store, std::span<const PhotoId> photos,
                            const EmbedderOptions& o) {
  const NoGrad guard;
  Loader loader(store, {.workers = o.workers, .replace_broken = false});
  const std::int64_t total = std::ssize(photos), steps = (total + o.batch - 1) / o.batch;
  const auto submit = [&](std::int64_t step) {
    if (step == steps) return;
    const auto begin = photos.begin() + step * o.batch;
    loader.submit(step, {begin, begin + std::min(o.batch, total - step * o.batch)});
  };
  StopBetweenLayers stop(o.stop);
  submit(0);
  EmbeddedPhotos result;
  for (std::int64_t step = 0; step < steps; ++step) {
    submit(step + 1);
    const LoadedBatch batch = loader.take(step);
    const auto images = Array<std::uint8_t>::from(batch.pixels, o.device);
    const auto outputs = [&](bool mirror) {
      return network.forward(Var(normalise(images, store.size(), mirror)), &stop).value().to_vector();
    };
    const std::vector<float> plain = outputs(false), mirrored = outputs(true);
    result.dim = plain.size() / batch.photos.size();
    for (std::size_t i = 0; i < plain.size(); ++i) {
      if (std::isfinite(plain[i]) && std::isfinite(mirrored[i])) continue;
      const PhotoId photo = batch.photos[i / result.dim];
      throw NotFinite(fmt::format("[embed_photos] {}: the network's output is not finite",
                                  photo == no_photo ? "a broken photo" : store.photo_set().name(photo)));
    }
    const std::vector<float> unit = mirror_average({plain, result.dim}, {mirrored, result.dim});
    for (std::size_t i = 0; i < batch.photos.size(); ++i) {
      const PhotoId photo = batch.photos[i];
      if (photo == no_photo) continue;
      const std::span<const float> row = EmbeddingView{unit, result.dim}.row(i);
      result.values.insert(result.values.end(), row.begin(), row.end());
      result.photos.push_back(photo);
      result.classes.push_back(store.photo_set().photos[photo].class_id);
    }
    o.progress(std::min(total, (step + 1) * o.batch), total);
  }
  return result;
}

Embeddings embed_once(Network& network, PhotoStore& store, std::span<const PhotoId> photos,
                      const EmbedderOptions& o) {
  const NoGrad guard;
  Embeddings result;
  for (std::size_t first = 0; first < photos.size(); first += static_cast<std::size_t>(o.batch)) {
    const std::size_t n = std::min(photos.size() - first, static_cast<std::size_t>(o.batch));
    const auto images = Array<std::uint8_t>::from(store.load_all(photos.subspan(first, n)), o.device);
    const auto unit = l2_normalize(network.forward(Var(normalise(images, store.size())))).value().to_vector();
    result.values.insert(result.values.end(), unit.begin(), unit.end());
    result.dim = unit.size() / n;
    o.progress(static_cast<std::int64_t>(first + n), std::ssize(photos));
  }
  return result;
}

}  // namespace dg
