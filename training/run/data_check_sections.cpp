#include "training/run/data_check_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "data/colliding_names.h"
#include "data/duplicates.h"
#include "interop/utf8.h"

namespace dg {
namespace {

using Json = nlohmann::ordered_json;

// So many of a kind are named in the JSON; all are counted.
constexpr std::size_t most_named = 1000;

// More scenes than this among the photos look like a data set whose faces were not cut out.
constexpr double most_scenes = 0.25;

// Photos of a person, as bins of the histogram: 1, 2, 3 to 4, ... and the last without an end.
constexpr std::array<std::int64_t, 8> bins{1, 2, 3, 5, 10, 20, 50, 100};

// {"count": 3, "<what>": [...]}; `text` makes each entry.
template <class Entries, class Text>
Json counted(const Entries& entries, const char* what, const Text& text) {
  Json json{{"count", std::size(entries)}, {what, Json::array()}};
  std::size_t named = 0;
  for (const auto& entry : entries) {
    if (named++ == most_named) break;
    json[what].push_back(text(entry));
  }
  return json;
}

Json counts(const std::map<std::string, std::int64_t>& by_type) {
  Json json = Json::object();
  for (const auto& [type, count] : by_type) json[type] = count;
  return json;
}

Json spread(std::vector<std::int64_t> values) {
  if (values.empty()) return {{"min", nullptr}, {"median", nullptr}, {"max", nullptr}};
  std::ranges::sort(values);
  return {{"min", values.front()}, {"median", values[values.size() / 2]}, {"max", values.back()}};
}

// Calls a photo what it is called inside DATA.
class Names {
 public:
  Names(const PhotoSet& set, const std::filesystem::path& data) : set_(set), data_(data) {
    std::error_code unknown;
    is_folder_ = std::filesystem::is_directory(data, unknown);
  }
  std::string operator()(PhotoId p) const {
    const std::string name = set_.name(p);
    return printable(is_folder_ ? std::filesystem::path(name).lexically_relative(data_).string() : name);
  }

 private:
  const PhotoSet& set_;
  const std::filesystem::path& data_;
  bool is_folder_ = false;
};

Json duplicates(std::span<const DuplicateGroup> groups, const Names& names) {
  Json json = counted(groups, "groups", [&](const DuplicateGroup& group) {
    const std::span<const PhotoId> named =
        std::span(group.photos).first(std::min(group.photos.size(), most_named));
    Json entry{{"same_bytes", group.same_bytes}, {"photos", Json::array()}};
    for (const PhotoId p : named) entry["photos"].push_back(names(p));
    return entry;
  });
  std::size_t photos = 0;
  for (const DuplicateGroup& group : groups) photos += group.photos.size();
  json["photos"] = photos;
  return json;
}

void add_duplicates(Json& check, const PhotoSet& set, const PhotoInspection& inspection, const Names& names) {
  const std::vector<DuplicateGroup> groups = find_duplicates(set, inspection.photos);
  const auto within = std::ranges::partition_point(groups, &DuplicateGroup::under_two_names);
  check["duplicates_under_two_names"] = duplicates({groups.begin(), within}, names);
  check["duplicates_of_one_person"] = duplicates({within, groups.end()}, names);
  if (within == groups.begin()) return;
  add_warning(
      check,
      fmt::format("pictures filed under two names: {}; one of the names is wrong, or both are one person",
                  within - groups.begin()));
}

void add_sizes(Json& check, const PhotoInspection& inspection, const Config& config, const Names& names) {
  std::vector<std::int64_t> widths, heights;
  std::vector<PhotoId> scenes, tiny;
  for (PhotoId p = 0; p < std::ssize(inspection.photos); ++p) {
    const PhotoFacts& photo = inspection.photos[static_cast<std::size_t>(p)];
    if (!photo.good()) continue;
    widths.push_back(photo.width);
    heights.push_back(photo.height);
    if (config.data.crop) continue;  // what is used of a photo is then of one size
    if (is_like_a_scene(photo)) scenes.push_back(p);
    if (std::min(photo.width, photo.height) < config.network.input) tiny.push_back(p);
  }
  const std::size_t good = widths.size();
  const bool suspected = static_cast<double>(scenes.size()) > most_scenes * static_cast<double>(good);
  check["width"] = spread(std::move(widths));
  check["height"] = spread(std::move(heights));
  check["scenes"] = counted(scenes, "photos", names);
  check["scenes"]["suspected"] = suspected;
  check["tiny"] = counted(tiny, "photos", names);
  check["tiny"]["network_input"] = config.network.input;
  if (suspected) {
    add_warning(
        check,
        fmt::format("{} of {} photos are wider than 3:2 (or as much taller) or have a side above 1,000 "
                    "pixels: they look like whole scenes, and training needs the face cut out "
                    "(data.crop, or another program)",
                    scenes.size(), good));
  }
}

}  // namespace

void add_warning(Json& check, const std::string& text) { check["warnings"].push_back(printable(text)); }

void add_folder(Json& check, const FolderSurvey& survey) {
  std::map<LeftOutReason, std::vector<std::string>> left_out;
  for (const LeftOut& entry : survey.left_out) left_out[entry.reason].push_back(entry.path);
  for (const LeftOutReason reason : all_left_out_reasons)
    check["left_out"][name(reason)] = counted(left_out[reason], "paths", printable);
  check["nested_folders"] = counted(survey.nested, "paths", printable);
  check["other_types"] = counts(survey.other_types);
  check["other_files"] = counts(survey.other_files);
}

void add_people(Json& check, const PhotoSet& set) {
  std::vector<std::int64_t> photos;
  std::array<std::int64_t, bins.size()> histogram{};
  std::vector<std::string> single;
  for (ClassId c = 0; c < std::ssize(set.classes); ++c) {
    photos.push_back(set.photo_count(c));
    if (photos.back() == 1) single.push_back(set.classes[static_cast<std::size_t>(c)]);
    const auto bin = std::ranges::upper_bound(bins, photos.back()) - bins.begin() - 1;
    ++histogram[static_cast<std::size_t>(bin)];
  }
  check["people"] = set.classes.size();
  check["photos"] = set.photos.size();
  Json& json = check["photos_per_person"] = spread(std::move(photos));
  json["histogram"] = Json::array();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    Json bin{{"from", bins[i]}, {"to", nullptr}, {"people", histogram[i]}};
    if (i + 1 < bins.size()) bin["to"] = bins[i + 1] - 1;
    json["histogram"].push_back(bin);
  }
  check["one_photo"] = counted(single, "people", printable);
  if (!single.empty()) {
    add_warning(check,
                fmt::format("{} of {} people have one photo: no pair of photos shows the same person there",
                            single.size(), set.classes.size()));
  }
}

void add_photos(Json& check, const PhotoSet& set, const PhotoInspection& inspection, const Config& config,
                const std::filesystem::path& data) {
  const Names names(set, data);
  check["broken"] = counted(inspection.broken, "photos", [&](const PhotoInspection::Broken& b) {
    return Json{{"path", names(b.photo)}, {"why", printable(b.why)}};
  });
  add_duplicates(check, set, inspection, names);
  add_sizes(check, inspection, config, names);
}

void add_names(Json& check, const PhotoSet& set) {
  const std::vector<CollidingNames> colliding = colliding_names(set.classes);
  check["colliding_names"] = counted(colliding, "groups", [](const CollidingNames& c) {
    Json entry{{"names", Json::array()}, {"differ_in", c.differ_in}};
    for (const std::string& one : c.names) entry["names"].push_back(printable(one));
    return entry;
  });
  if (!colliding.empty()) {
    add_warning(check, fmt::format("names that are nearly those of other people: {}; are they one person?",
                                   colliding.size()));
  }
}

}  // namespace dg
