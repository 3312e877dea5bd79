#include "data/photo_set.h"

#include <fmt/format.h>

#include <numeric>

namespace dg {

std::vector<PhotoId> PhotoSet::photos_of(ClassId c) const {
  std::vector<PhotoId> all(photo_count(c));
  std::iota(all.begin(), all.end(), first_photo[c]);
  return all;
}

std::string summary(const PhotoSet& set) {
  std::string text = fmt::format("{} photos of {} identities", set.photos.size(), set.classes.size());
  const char* separator = "; not read, because only JPEG is: ";
  for (const auto& [type, count] : set.other_types) {
    text += fmt::format("{}{} {}", separator, count, type);
    separator = ", ";
  }
  if (set.dangling_links > 0)
    text += fmt::format("; left out: {} links whose targets are not there", set.dangling_links);
  return text;
}

}  // namespace dg
