#include "recognition/recogniser.h"

#include "evaluation/prototypes.h"
#include "tensor/check.h"

namespace dg {

Recogniser::Recogniser(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                       const EmbedderOptions& options)
    : network_(network), store_(store), options_(options) {
  const EmbeddedPhotos novel = embed_photos(network_, store_, split.novel_enrol, options_);
  for (std::size_t i = 0; i < split.novel_enrol.size(); ++i) {
    const PhotoId asked = split.novel_enrol[i];
    require(i < novel.photos.size() && novel.photos[i] == asked, "one-shot",
            "novel identity {} must have a photo that decodes to be enrolled, but {} does not",
            set.classes[set.photos[asked].class_id], set.name(asked));
  }
  EmbeddedPhotos enrolled = embed_photos(network_, store_, flatten(split.base_train), options_);
  std::vector<bool> has_enrolled(set.classes.size());
  for (const PhotoId photo : enrolled.photos) has_enrolled[set.photos[photo].class_id] = true;
  for (const ClassId c : split.base_classes) {
    require(has_enrolled[c], "one-shot",
            "base identity {} must have a photo that decodes to be enrolled, but {} does not", set.classes[c],
            set.name(set.first_photo[c]));
  }
  enrolled.photos.insert(enrolled.photos.end(), novel.photos.begin(), novel.photos.end());
  enrolled.values.insert(enrolled.values.end(), novel.values.begin(), novel.values.end());
  std::vector<ClassId> classes;
  for (const PhotoId photo : enrolled.photos) classes.push_back(set.photos[photo].class_id);
  dim_ = enrolled.dim;
  prototypes_ = class_prototypes({enrolled.values, dim_}, classes, static_cast<ClassId>(set.classes.size()));
}

std::vector<Prediction> Recogniser::recognise(const std::vector<PhotoId>& photos) {
  const EmbeddedPhotos embedded = embed_photos(network_, store_, photos, options_);
  if (embedded.photos.empty()) return {};
  const std::vector<Match> matches = nearest_prototypes({embedded.values, dim_}, {prototypes_, dim_});
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
