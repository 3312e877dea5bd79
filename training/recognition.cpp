#include "training/recognition.h"

#include "evaluation/prototypes.h"
#include "tensor/check.h"

namespace dg {
namespace {

// Rows of `all` gathered for one purpose, with the class each belongs to.
struct Rows {
  std::vector<float> values;
  std::vector<int> classes;
  void add(std::span<const float> row, int class_id) {
    values.insert(values.end(), row.begin(), row.end());
    classes.push_back(class_id);
  }
};

std::vector<int> flatten(const std::vector<std::vector<int>>& lists) {
  std::vector<int> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace

OneShotResult recognise(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                        std::span<const int> family, const EmbedderOptions& options) {
  const auto classes = static_cast<int>(set.classes.size());
  std::size_t dim = 0;
  Rows enrolled, novel, base;
  const auto embed = [&](const std::vector<int>& photos) {
    EmbeddedPhotos e = embed_photos(network, store, photos, options);
    if (e.dim != 0) dim = e.dim;
    return e;
  };

  const EmbeddedPhotos train = embed(flatten(split.base_train));
  for (std::size_t i = 0; i < train.photos.size(); ++i)
    enrolled.add(train.row(i), set.photos[train.photos[i]].class_id);

  std::vector<bool> has_enrolled(set.classes.size());
  const EmbeddedPhotos enrol = embed(split.novel_enrol);
  for (std::size_t i = 0; i < enrol.photos.size(); ++i) {
    const int c = set.photos[enrol.photos[i]].class_id;
    enrolled.add(enrol.row(i), c);
    has_enrolled[c] = true;
  }
  const EmbeddedPhotos tests = embed(flatten(split.novel_test));
  for (std::size_t i = 0; i < tests.photos.size(); ++i) {
    const int c = set.photos[tests.photos[i]].class_id;
    require(has_enrolled[c] || split.test_may_enrol, "one-shot",
            "novel identity {} must have a photo that decodes to be enrolled, but {} does not",
            set.classes[c], set.name(set.first_photo[c]));
    (has_enrolled[c] ? novel : enrolled).add(tests.row(i), c);
    has_enrolled[c] = true;
  }
  const EmbeddedPhotos base_tests = embed(flatten(split.base_test));
  for (std::size_t i = 0; i < base_tests.photos.size(); ++i) {
    base.add(base_tests.row(i), set.photos[base_tests.photos[i]].class_id);
  }
  require(!novel.classes.empty(), "one-shot",
          "there must be photos of novel identities to test, got {} novel identities",
          split.novel_classes.size());
  const std::vector<float> prototypes = class_prototypes({enrolled.values, dim}, enrolled.classes, classes);
  return one_shot({prototypes, dim}, {{novel.values, dim}, novel.classes}, {{base.values, dim}, base.classes},
                  family);
}

}  // namespace dg
