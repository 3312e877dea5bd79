#include "recognition/enrolment.h"

#include <numeric>
#include <unordered_set>

#include "tensor/check.h"

namespace dg {
namespace {

void append_row(EmbeddedPhotos& to, const EmbeddedPhotos& from, std::size_t i) {
  const std::span<const float> row = from.row(i);
  to.dim = from.dim;
  to.values.insert(to.values.end(), row.begin(), row.end());
  to.photos.push_back(from.photos[i]);
  to.classes.push_back(from.classes[i]);
}

void append(EmbeddedPhotos& to, const EmbeddedPhotos& from) {
  for (std::size_t i = 0; i < from.photos.size(); ++i) append_row(to, from, i);
}

std::vector<bool> who_is_in(const EmbeddedPhotos& enrolled, const PhotoSet& set) {
  std::vector<bool> in(set.classes.size());
  for (const ClassId c : enrolled.classes) in[c] = true;
  return in;
}

// Error unless each of `identities` is enrolled.
void demand_enrolled(const EmbeddedPhotos& enrolled, const auto& identities, const PhotoSet& set,
                     const Split& split) {
  const std::vector<bool> in = who_is_in(enrolled, set);
  for (const ClassId c : identities) {
    require(
        in[c], "one-shot", "{} identity {} must have a photo that decodes to be enrolled, but {} does not",
        split.training_class[c] == no_class ? "novel" : "base", set.classes[c], set.name(set.first_photo[c]));
  }
}

// Takes the first of the `tests` of each identity that is not enrolled yet, and enrols it.
EmbeddedPhotos enrol_first(EmbeddedPhotos& enrolled, const EmbeddedPhotos& tests, const PhotoSet& set) {
  std::vector<bool> in = who_is_in(enrolled, set);
  EmbeddedPhotos left;
  for (std::size_t i = 0; i < tests.photos.size(); ++i) {
    const ClassId c = tests.classes[i];
    append_row(in[c] ? left : enrolled, tests, i);
    in[c] = true;
  }
  return left;
}

}  // namespace

EmbeddedPhotos enrol(Network& network, PhotoStore& store, const Split& split,
                     const EmbedderOptions& options) {
  const PhotoSet& set = store.photo_set();
  const EmbeddedPhotos novel = embed_photos(network, store, split.novel_enrol, options);
  demand_enrolled(novel, split.novel_classes, set, split);
  EmbeddedPhotos enrolled = embed_photos(network, store, flatten(split.base_train), options);
  demand_enrolled(enrolled, split.base_classes, set, split);
  append(enrolled, novel);
  return enrolled;
}

std::vector<ClassId> identities_unseen(std::span<const PhotoId> asked, std::span<const PhotoId> seen,
                                       const PhotoSet& set) {
  const std::unordered_set<PhotoId> there(seen.begin(), seen.end());
  std::vector<ClassId> identities;
  for (const PhotoId photo : asked) {
    if (!there.contains(photo)) identities.push_back(set.photos[photo].class_id);
  }
  return identities;
}

ProtocolPhotos embed_split(Network& network, PhotoStore& store, const Split& split,
                           const EmbedderOptions& options) {
  const PhotoSet& set = store.photo_set();
  const auto embed = [&](std::span<const PhotoId> photos) {
    return embed_photos(network, store, photos, options);
  };
  const std::vector<PhotoId> tests = flatten(split.novel_test), base_tests = flatten(split.base_test);
  ProtocolPhotos all;
  all.identities = static_cast<ClassId>(set.classes.size());
  if (split.test_may_enrol) {
    all.enrolled = embed(flatten(split.base_train));
    append(all.enrolled, embed(split.novel_enrol));
    const EmbeddedPhotos seen = embed(tests);
    all.unanswered.novel = identities_unseen(tests, seen.photos, set);
    all.novel = enrol_first(all.enrolled, seen, set);
    std::vector<ClassId> everybody(static_cast<std::size_t>(all.identities));
    std::iota(everybody.begin(), everybody.end(), ClassId{0});
    demand_enrolled(all.enrolled, everybody, set, split);
  } else {
    all.enrolled = enrol(network, store, split, options);
    all.novel = embed(tests);
    all.unanswered.novel = identities_unseen(tests, all.novel.photos, set);
  }
  all.base = embed(base_tests);
  all.unanswered.base = identities_unseen(base_tests, all.base.photos, set);
  all.novel.dim = all.base.dim = all.enrolled.dim;
  return all;
}

ProtocolPhotos embed_protocol(Network& network, PhotoStore& store, const Split& split,
                              const EmbedderOptions& options) {
  require(
      !flatten(split.novel_test).empty() || !flatten(split.base_test).empty(), "one-shot",
      "there must be photos to test: a second photo of a novel identity, beside the one that enrols it, or "
      "of "
      "base identities those that were held out (data.base_test_photos), got none of {} novel and {} base "
      "identities",
      split.novel_classes.size(), split.base_classes.size());
  return embed_split(network, store, split, options);
}

}  // namespace dg
