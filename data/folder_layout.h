// Whether a folder is laid out as DATA must be, and, where it is not, which folder may have been meant.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/folder_survey.h"

namespace dg {

/// How a class folder is read (data.nested and data.strict).
struct FolderOptions {
  bool nested = true;   // photos in folders below an identity's folder belong to the identity
  bool strict = false;  // whatever would be left out is an obstacle
  SurveyProgress progress = {};
};

/// IoError if `data` is missing or a file; the message says of what kind, and what to do.
void demand_folder(const std::filesystem::path& data);

/// Everything because of which nobody can be read from the folder, in sentences; none if all is well.
/// `survey` is survey_folder(data, options.nested). What DATA must be:
///
///   DATA/<identity>/<photo>, or, with `nested`, also DATA/<identity>/<...>/<photo>
///
/// One level too high is DATA where no photo lies in an identity's own folder, and where there is one such
/// folder with photos of two or more folders in it (an unpacked archive), or all of them have names of parts
/// of a data set (train, val, test, images and the like). Two or more folders of other names are identities
/// with folders of photos each, by session for example. One level too deep is DATA with photos in it and no
/// folder with any.
std::vector<std::string> layout_obstacles(const FolderSurvey& survey, const std::filesystem::path& data,
                                          const FolderOptions& options);

}  // namespace dg
