#include "recognition/recogniser.h"

namespace dg {

OneShotResult recognise(const ProtocolPhotos& photos, std::span<const int> family) {
  return one_shot(photos.prototypes(), {photos.novel, photos.novel.classes},
                  {photos.base, photos.base.classes}, family, photos.unanswered);
}

OneShotResult recognise(Network& network, PhotoStore& store, const Split& split, std::span<const int> family,
                        const EmbedderOptions& options) {
  return recognise(embed_protocol(network, store, split, options), family);
}

Recogniser::Recogniser(Network& network, PhotoStore& store, const Split& split,
                       const EmbedderOptions& options)
    : network_(network), store_(store), options_(options) {
  const EmbeddedPhotos enrolled = enrol(network, store, split, options);
  prototypes_ =
      class_prototypes(enrolled, enrolled.classes, static_cast<ClassId>(store.photo_set().classes.size()));
}

std::vector<Prediction> Recogniser::recognise(std::span<const PhotoId> photos) {
  const EmbeddedPhotos embedded = embed_photos(network_, store_, photos, options_);
  if (embedded.photos.empty()) return {};
  const std::vector<Match> matches = nearest_prototypes(embedded, prototypes_);
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    predictions.push_back({embedded.photos[i], matches[i].prototype, matches[i].cosine});
  }
  return predictions;
}

std::vector<Recognition> compare(const std::vector<Prediction>& predictions, const PhotoSet& set) {
  std::vector<Recognition> out;
  for (const Prediction& p : predictions) {
    out.push_back({set.photos[p.photo].class_id, p.class_id, p.confidence});
  }
  return out;
}

}  // namespace dg
