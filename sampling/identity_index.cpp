#include "sampling/identity_index.h"

#include <limits>

#include "sampling/check.h"

namespace dg {
namespace {
constexpr const char* where = "identity_index";
}

IdentityIndex::IdentityIndex(std::span<const std::vector<PhotoId>> photos_of_class) {
  demand(!photos_of_class.empty(), where, "there must be at least one class");
  demand(photos_of_class.size() <= std::numeric_limits<ClassId>::max(), where, "classes must be at most ",
         std::numeric_limits<ClassId>::max(), ", got ", photos_of_class.size());
  begin_.push_back(0);
  for (std::size_t c = 0; c < photos_of_class.size(); ++c) {
    demand(!photos_of_class[c].empty(), where, "class ", c, " has no photo");
    for (const PhotoId photo : photos_of_class[c]) {
      demand(photo >= 0, where, "photos of class ", c, " must be rows of the data set, got ", photo);
      photos_.push_back(photo);
    }
    begin_.push_back(photos_.size());
  }
}

IdentityIndex IdentityIndex::from_labels(std::span<const ClassId> labels, ClassId classes) {
  demand(classes >= 1, where, "classes must be at least 1, got ", classes);
  std::vector<std::vector<PhotoId>> photos_of_class(static_cast<std::size_t>(classes));
  for (std::size_t photo = 0; photo < labels.size(); ++photo) {
    const ClassId c = labels[photo];
    demand(c >= 0 && c < classes, where, "the label of photo ", photo, " must be a class 0..", classes - 1,
           ", got ", c);
    photos_of_class[static_cast<std::size_t>(c)].push_back(static_cast<PhotoId>(photo));
  }
  return IdentityIndex(photos_of_class);
}

std::span<const PhotoId> IdentityIndex::photos_of(ClassId c) const {
  demand(c >= 0 && c < classes(), where, "class must be one of 0..", classes() - 1, ", got ", c);
  const std::size_t begin = begin_[static_cast<std::size_t>(c)],
                    end = begin_[static_cast<std::size_t>(c) + 1];
  return std::span(photos_).subspan(begin, end - begin);
}

}  // namespace dg
