#include "data/class_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <system_error>

#include "interop/checksum.h"
#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// Of each photo it keeps no more than its path inside the identity's folder.
class Files : public PhotoSource {
 public:
  Files(fs::path data, FolderSurvey survey) : data_(std::move(data)), survey_(std::move(survey)) {}
  std::string name(PhotoId photo) const override { return (data_ / survey_.path(photo)).string(); }
  std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t max_bytes) const override {
    return read_file_bytes(name(photo), max_bytes);
  }
  std::uint64_t fingerprint(PhotoId photo) const override {
    std::error_code missing;  // the size is then the largest number
    const std::string text =
        fmt::format("{}\n{}", survey_.photos[photo], fs::file_size(name(photo), missing));
    return checksum(std::as_bytes(std::span(text)));
  }

 private:
  const fs::path data_;
  const FolderSurvey survey_;
};

}  // namespace

PhotoSet photo_set(const fs::path& data, FolderSurvey survey) {
  PhotoSet set;
  set.classes = survey.identities;
  set.first_photo = survey.first_photo;
  set.photos.reserve(survey.photos.size());
  for (ClassId c = 0; c < std::ssize(set.classes); ++c)
    set.photos.resize(static_cast<std::size_t>(set.first_photo[c + 1]), {c});
  set.nested = survey.nested;
  set.other_types = std::move(survey.other_types);
  set.left_out = std::move(survey.left_out);
  set.source = std::make_shared<Files>(data, std::move(survey));
  return set;
}

PhotoSet scan_class_folder(const fs::path& data, const FolderOptions& options) {
  demand_folder(data);
  FolderSurvey survey = survey_folder(data, options.nested, options.progress);
  const std::vector<std::string> obstacles = layout_obstacles(survey, data, options);
  if (!obstacles.empty()) throw Error(fmt::format("[class_folder] {}", fmt::join(obstacles, "; ")));
  return photo_set(data, std::move(survey));
}

}  // namespace dg
