// The parts of a data check that look at folder, photos and names alone; each adds its keys to the JSON of
// the check (docs/own-photos.md) and, where something is odd, a sentence to its "warnings".
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/folder_survey.h"
#include "data/photo_inspection.h"
#include "training/config/config.h"

namespace dg {

void add_folder(nlohmann::ordered_json& check, const FolderSurvey& survey);
/// How many people and photos there are, and how many photos of a person.
void add_people(nlohmann::ordered_json& check, const PhotoSet& set);
/// What is broken, twice there, or of an odd size. Photos are named as they are called inside the folder
/// `data`, or, if that is no folder, as the set calls them.
void add_photos(nlohmann::ordered_json& check, const PhotoSet& set, const PhotoInspection& inspection,
                const Config& config, const std::filesystem::path& data);
void add_names(nlohmann::ordered_json& check, const PhotoSet& set);

void add_warning(nlohmann::ordered_json& check, const std::string& text);

}  // namespace dg
