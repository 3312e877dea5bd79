#include "data/photo_set.h"

#include <fmt/format.h>

#include <numeric>

#include "data/photo_file.h"
#include "interop/number_text.h"

namespace dg {

std::vector<PhotoId> PhotoSet::photos_of(ClassId c) const {
  std::vector<PhotoId> all(photo_count(c));
  std::iota(all.begin(), all.end(), first_photo[c]);
  return all;
}

std::string what_is_missing(const PhotoSet& set) {
  std::string text;
  for (const auto& [type, count] : set.other_types) {
    text += text.empty() ? fmt::format("not read, because only {} are: ", photo_type_names) : ", ";
    text += fmt::format("{} {}", count, type);
  }
  if (!set.left_out.empty())
    text += fmt::format("{}left out: {}", text.empty() ? "" : "; ", left_out_text(set.left_out));
  return text;
}

std::string summary(const PhotoSet& set) {
  const std::string missing = what_is_missing(set);
  return fmt::format("{} of {}{}{}", how_many(std::ssize(set.photos), "photo"),
                     how_many(std::ssize(set.classes), "identity", "identities"), missing.empty() ? "" : "; ",
                     missing);
}

}  // namespace dg
