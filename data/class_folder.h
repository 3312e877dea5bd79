// A data set as people keep it: DATA/<identity>/<photo>.jpg, one folder per identity.
#pragma once
#include <filesystem>

#include "data/folder_layout.h"
#include "data/photo_set.h"

namespace dg {

/// The photos of a folder as survey_folder finds them, without opening those that are named as photos. What
/// is left out stands in the set. IoError as demand_folder and survey_folder. Error with all of
/// layout_obstacles.
PhotoSet scan_class_folder(const std::filesystem::path& data, const FolderOptions& options = {});

/// The set of a survey of `data`.
PhotoSet photo_set(const std::filesystem::path& data, FolderSurvey survey);

}  // namespace dg
