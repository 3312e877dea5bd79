// Photos through the trained network: unit embeddings with the mirror trick (section 4.2.3).
#pragma once
#include <atomic>
#include <functional>

#include "data/photo_store.h"
#include "layers/network.h"
#include "sampling/embeddings.h"

namespace dg {

/// The network's output for a photo is not finite.
class NotFinite : public Error {
 public:
  using Error::Error;
};

struct EmbedderOptions {
  Device device = Device::cpu;
  int workers = 1;                          // loader threads
  std::int64_t batch = 128;                 // photos per pass
  const std::atomic<bool>* stop = nullptr;  // looked at before each layer; embed_photos then throws Stopped
  /// Called after each pass with the number of photos seen and the number of all.
  std::function<void(std::int64_t done, std::int64_t of)> progress = [](std::int64_t, std::int64_t) {};
};

/// The embeddings y = m / |m| of the photos that decode, in the order asked for; m is the mean of the outputs
/// for the photo and its mirror image. Broken photos are left out. Throws NotFinite, naming the photo, and
/// Stopped.
EmbeddedPhotos embed_photos(Network& network, PhotoStore& store, std::span<const PhotoId> photos,
                            const EmbedderOptions& options = {});

/// The plain unit outputs for the photos given, in that order, without mirror image or augmentation; a broken
/// photo is replaced as PhotoStore::load does. This is what samplers ask for during training: one forward
/// pass a photo, and no gradient.
Embeddings embed_once(Network& network, PhotoStore& store, std::span<const PhotoId> photos,
                      const EmbedderOptions& options = {});

}  // namespace dg
