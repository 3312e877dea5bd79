#include "recognition/enrolment.h"

#include "evaluation/prototypes.h"
#include "tensor/check.h"

namespace dg {
namespace {

void add(EmbeddedRows& rows, const EmbeddedPhotos& from, std::size_t i, ClassId class_id) {
  const auto row = from.row(i);
  rows.photos.push_back(from.photos[i]);
  rows.classes.push_back(class_id);
  rows.values.insert(rows.values.end(), row.begin(), row.end());
}

}  // namespace

EmbeddedProtocol embed_protocol(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                                const EmbedderOptions& options) {
  EmbeddedProtocol all;
  all.identities = set.classes.size();
  std::vector<bool> has_enrolled(set.classes.size());
  const auto demand_enrolled = [&] {
    for (std::size_t c = 0; c < has_enrolled.size(); ++c) {
      require(has_enrolled[c], "one-shot",
              "{} identity {} must have a photo that decodes to be enrolled, but {} does not",
              split.training_class[c] >= 0 ? "base" : "novel", set.classes[c], set.name(set.first_photo[c]));
    }
  };
  // `choose(class)`: where a photo of that class belongs.
  const auto embed = [&](const std::vector<PhotoId>& photos, auto choose) {
    const EmbeddedPhotos e = embed_photos(network, store, photos, options);
    if (e.dim != 0) all.dim = e.dim;
    for (std::size_t i = 0; i < e.photos.size(); ++i) {
      const ClassId c = set.photos[e.photos[i]].class_id;
      add(choose(c), e, i, c);
    }
  };
  const auto enrol = [&](ClassId c) -> EmbeddedRows& {
    has_enrolled[c] = true;
    return all.enrolled;
  };
  embed(flatten(split.base_train), enrol);
  embed(split.novel_enrol, enrol);
  if (!split.test_may_enrol) demand_enrolled();
  embed(flatten(split.novel_test),
        [&](ClassId c) -> EmbeddedRows& { return has_enrolled[c] ? all.novel : enrol(c); });
  demand_enrolled();
  embed(flatten(split.base_test), [&](ClassId) -> EmbeddedRows& { return all.base; });
  require(!all.novel.classes.empty(), "one-shot",
          "there must be photos of novel identities to test, got {} novel identities",
          split.novel_classes.size());
  return all;
}

OneShotResult recognise(const EmbeddedProtocol& photos, std::span<const int> family) {
  const std::vector<float> prototypes = class_prototypes(
      photos.view(photos.enrolled), photos.enrolled.classes, static_cast<ClassId>(photos.identities));
  return one_shot({prototypes, photos.dim}, photos.test(photos.novel), photos.test(photos.base), family);
}

OneShotResult recognise(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                        std::span<const int> family, const EmbedderOptions& options) {
  return recognise(embed_protocol(network, store, set, split, options), family);
}

}  // namespace dg
