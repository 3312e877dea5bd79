// Photos through the trained network: unit embeddings with the mirror trick (section 4.2.3).
#pragma once
#include <vector>

#include "data/photo_store.h"
#include "layers/face_resnet.h"
#include "sampling/ids.h"

namespace dg {

/// Embeddings of the photos that decoded, in the order asked for.
struct EmbeddedPhotos {
  std::vector<PhotoId> photos;  // which photos the rows are; broken ones are left out
  std::vector<float> values;    // [photos, dim], unit rows
  std::size_t dim = 0;

  std::span<const float> row(std::size_t i) const { return std::span(values).subspan(i * dim, dim); }
};

struct EmbedderOptions {
  Device device = Device::cpu;
  int workers = 1;           // loader threads
  std::int64_t batch = 128;  // photos per pass
};

/// y = m / |m|, m the mean of the outputs for the photo and its mirror image.
EmbeddedPhotos embed_photos(Network& network, PhotoStore& store, const std::vector<PhotoId>& photos,
                            const EmbedderOptions& options = {});

/// The plain unit outputs [photos, dim] for the photos given, without mirror or augmentation and in that
/// order; a broken photo's place is taken by its replacement. What samplers ask for during training: it costs
/// one pass a photo, and no gradient.
std::vector<float> embed_once(Network& network, PhotoStore& store, std::span<const PhotoId> photos,
                              const EmbedderOptions& options = {});

}  // namespace dg
