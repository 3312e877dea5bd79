// A look through DATA/<identity>/<photo>, which opens few photos that are named as one: of each identity the
// first ones, until one begins as a photo. What is found is told, good or bad; whether one can train on it is
// said elsewhere (data/class_folder.h, data/folder_layout.h).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/left_out.h"
#include "sampling/ids.h"

namespace dg {

/// How far below an identity's folder photos are looked for: identity/1/2/3/4/5/6/7/8/photo.jpg.
inline constexpr int most_nested_levels = 8;

struct FolderSurvey {
  std::vector<std::string> identities;  // that have a photo, in byte order of their names
  std::vector<PhotoId> first_photo;     // identities + 1 entries, as in PhotoSet
  std::vector<std::string> photos;      // by photo id: the path inside the identity's folder
  std::vector<std::string> nested;      // folders below identity folders that hold photos themselves; in DATA
  std::vector<LeftOut> left_out;
  std::map<std::string, std::int64_t> other_types;  // images that are not read, by type
  std::map<std::string, std::int64_t> other_files;  // all other files, by the ending of the name

  /// Where photo `p` is inside DATA.
  std::string path(PhotoId p) const { return identities[identity_of(p)] + "/" + photos[p]; }
  ClassId identity_of(PhotoId p) const;
};

/// Is told, after each folder of an identity, how many identities and photos were found so far.
using SurveyProgress = std::function<void(std::size_t identities, std::size_t photos)>;

/// A file called .jpg, .jpeg, .png or .webp, in upper or lower case, is a photo, also where a link of this
/// name leads nowhere; any other is one if it begins as one. Names are taken in byte order, those of folders
/// inside an identity's folder among those of its photos. With `nested`, photos in these belong to the
/// identity; a link to a folder is followed there unless it leads into DATA, to a folder around itself, or
/// where another link has led. An identity none of whose photos begins as one is left out. IoError if DATA is
/// missing, not a folder or not readable, and Unavailable where the machine fails: photos must not be gone
/// without a word because a disk is failing.
FolderSurvey survey_folder(const std::filesystem::path& data, bool nested = true,
                           const SurveyProgress& progress = {});

}  // namespace dg
