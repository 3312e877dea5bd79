#include "training/run/data_check.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "data/class_folder.h"
#include "data/colliding_names.h"
#include "data/duplicates.h"
#include "data/photo_file.h"
#include "data/tsv/dataset_toml.h"
#include "interop/system_error.h"
#include "interop/utf8.h"
#include "tensor/parallel.h"
#include "tensor/process_limits.h"
#include "training/config/plan.h"
#include "training/run/names.h"
#include "training/run/trial_steps.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
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

class Check {
 public:
  explicit Check(const CheckRequest& request) : request_(request) {}

  Json run() {
    json_["data"] = printable(request_.data.string());
    json_["would_start"] = false;
    json_["obstacles"] = Json::array();
    json_["warnings"] = Json::array();
    read_settings();
    const bool found = is_dataset_toml(request_.data) ? open_files() : look_through_folder();
    if (found) {
      photos_per_person();
      inspect();
      names();
      plan();
    }
    json_["would_start"] = json_["obstacles"].empty();
    if (found && json_["would_start"] && request_.timing) expect();
    json_["would_start"] = json_["obstacles"].empty();
    return std::move(json_);
  }

 private:
  void obstacle(const std::string& why) { json_["obstacles"].push_back(printable(why)); }
  void warn(const std::string& what) { json_["warnings"].push_back(printable(what)); }

  // Does something that may find that no training is possible; whether it did it.
  template <class Work>
  bool attempt(const Work& work) {
    try {
      work();
      return true;
    } catch (const Unavailable&) {
      throw;
    } catch (const BackendError&) {
      throw;
    } catch (const Error& e) {
      obstacle(e.what());
      return false;
    }
  }

  std::string path(PhotoId p) const {
    const std::string name = data_.set.name(p);
    if (is_dataset_toml(request_.data)) return printable(name);
    return printable(fs::path(name).lexically_relative(request_.data).string());
  }

  std::string person(ClassId c) const { return printable(data_.set.classes[static_cast<std::size_t>(c)]); }

  void read_settings() {
    settings_known_ = attempt([&] {
      auto [config, given] = load_given_config(request_.recipe, request_.settings);
      config_ = std::move(config);
      given_ = std::move(given);
    });
  }

  bool open_files() {
    return attempt([&] {
      data_ = open_training_data(request_.data, config_);
      for (const std::string& note : data_.notes) warn(note);
      is_open_ = true;
    });
  }

  bool look_through_folder() {
    FolderSurvey survey;
    if (!attempt([&] {
          demand_folder(request_.data);
          survey = survey_folder(request_.data, config_.data.nested);
        }))
      return false;
    for (const std::string& why : layout_obstacles(survey, request_.data, folder_options(config_)))
      obstacle(why);
    std::map<LeftOutReason, std::vector<std::string>> left_out;
    for (const LeftOut& entry : survey.left_out) left_out[entry.reason].push_back(printable(entry.path));
    const auto as_it_is = [](const std::string& text) { return text; };
    for (const LeftOutReason reason : all_left_out_reasons)
      json_["left_out"][name(reason)] = counted(left_out[reason], "paths", as_it_is);
    json_["nested_folders"] =
        counted(survey.nested, "paths", [](const std::string& folder) { return printable(folder); });
    json_["other_types"] = counts(survey.other_types);
    json_["other_files"] = counts(survey.other_files);
    data_.set = photo_set(request_.data, std::move(survey));
    return true;
  }

  void photos_per_person() {
    const auto people = static_cast<ClassId>(data_.set.classes.size());
    std::vector<std::int64_t> photos;
    std::array<std::int64_t, bins.size()> histogram{};
    std::vector<ClassId> single;
    for (ClassId c = 0; c < people; ++c) {
      photos.push_back(data_.set.photo_count(c));
      if (photos.back() == 1) single.push_back(c);
      ++histogram[static_cast<std::size_t>(std::ranges::upper_bound(bins, photos.back()) - bins.begin() - 1)];
    }
    json_["people"] = people;
    json_["photos"] = data_.set.photos.size();
    Json& json = json_["photos_per_person"] = spread(photos);
    json["histogram"] = Json::array();
    for (std::size_t i = 0; i < bins.size(); ++i) {
      Json bin{{"from", bins[i]}, {"to", nullptr}, {"people", histogram[i]}};
      if (i + 1 < bins.size()) bin["to"] = bins[i + 1] - 1;
      json["histogram"].push_back(bin);
    }
    json_["one_photo"] = counted(single, "people", [&](ClassId c) { return person(c); });
    if (single.size() > 0)
      warn(fmt::format("{} of {} people have one photo: no pair of photos shows the same person there",
                       single.size(), people));
  }

  void inspect() {
    const std::int64_t all = std::ssize(data_.set.photos);
    inspection_ =
        inspect_photos(data_.set, {.workers = std::max(1, static_cast<int>(config_.data.workers)),
                                   .crop = config_.data.crop,
                                   .progress = [&](std::int64_t done) { request_.progress(done, all); }});
    json_["broken"] = counted(inspection_.broken, "photos", [&](const PhotoInspection::Broken& b) {
      return Json{{"path", path(b.photo)}, {"why", printable(b.why)}};
    });
    duplicates();
    sizes();
  }

  void duplicates() {
    std::vector<DuplicateGroup> groups = find_duplicates(data_.set, inspection_.photos);
    const auto within = std::ranges::partition_point(groups, &DuplicateGroup::under_two_names);
    const auto tell = [&](const char* key, std::span<const DuplicateGroup> some) {
      Json json = counted(some, "groups", [&](const DuplicateGroup& group) {
        Json entry{{"same_bytes", group.same_bytes}, {"photos", Json::array()}};
        for (std::size_t i = 0; i < std::min(group.photos.size(), most_named); ++i)
          entry["photos"].push_back(path(group.photos[i]));
        return entry;
      });
      std::size_t photos = 0;
      for (const DuplicateGroup& group : some) photos += group.photos.size();
      json["photos"] = photos;
      json_[key] = json;
    };
    tell("duplicates_under_two_names", {groups.begin(), within});
    tell("duplicates_of_one_person", {within, groups.end()});
    if (within != groups.begin())
      warn(fmt::format(
          "pictures that stand under two names: {}; one of the names is wrong, or both are one person",
          within - groups.begin()));
  }

  void sizes() {
    std::vector<std::int64_t> widths, heights;
    std::vector<PhotoId> scenes, tiny;
    for (PhotoId p = 0; p < std::ssize(inspection_.photos); ++p) {
      const PhotoFacts& photo = inspection_.photos[static_cast<std::size_t>(p)];
      if (!photo.good()) continue;
      widths.push_back(photo.width);
      heights.push_back(photo.height);
      if (config_.data.crop) continue;  // what is used of a photo is then of one size
      if (is_like_a_scene(photo)) scenes.push_back(p);
      if (std::min(photo.width, photo.height) < config_.network.input) tiny.push_back(p);
    }
    const auto good = widths.size();
    const auto at = [&](PhotoId p) { return path(p); };
    json_["width"] = spread(std::move(widths));
    json_["height"] = spread(std::move(heights));
    json_["scenes"] = counted(scenes, "photos", at);
    json_["tiny"] = counted(tiny, "photos", at);
    json_["tiny"]["network_input"] = config_.network.input;
    const bool suspected = static_cast<double>(scenes.size()) > most_scenes * static_cast<double>(good);
    json_["scenes"]["suspected"] = suspected;
    if (suspected)
      warn(fmt::format(
          "{} of {} photos are wider than 3:2 (or as much taller) or have a side above 1,000 pixels: "
          "they look like whole scenes, and training needs the face cut out (data.crop, or another "
          "program)",
          scenes.size(), good));
  }

  void names() {
    const auto colliding = colliding_names(data_.set.classes);
    json_["colliding_names"] = counted(colliding, "groups", [](const CollidingNames& c) {
      Json entry{{"names", Json::array()}, {"differ_in", c.differ_in}};
      for (const std::string& one : c.names) entry["names"].push_back(printable(one));
      return entry;
    });
    if (!colliding.empty())
      warn(fmt::format("names that are nearly those of other people: {}; are they one person?",
                       colliding.size()));
  }

  // What would be trained on, with which settings.
  void plan() {
    if (data_.set.classes.empty() || !settings_known_) return;
    if (!is_open_ && !attempt([&] { split_folder(data_, config_); })) return;
    const Split& split = data_.split;
    const auto count = [](const std::vector<std::vector<PhotoId>>& lists) { return flatten(lists).size(); };
    json_["training"] = {
        {"base_identities", split.base_classes.size()},     {"novel_identities", split.novel_classes.size()},
        {"training_photos", count(split.base_train)},       {"base_test_photos", count(split.base_test)},
        {"novel_enrol_photos", split.novel_enrol.size()},   {"novel_test_photos", count(split.novel_test)},
        {"untested_base_identities", count_untested(split)}};
    data_.cache_bytes = cache_bytes(config_, request_.data);
    std::vector<PlannedSetting> settings;
    attempt([&] { settings = plan_settings(config_, given_, facts_of(data_, request_.device)); });
    json_["settings"] = Json::array();
    for (const PlannedSetting& s : settings)
      json_["settings"].push_back({{"key", s.key}, {"value", s.value}, {"reason", s.reason}});
    people_without_photos();
  }

  void people_without_photos() {
    const auto without = [&](const std::vector<ClassId>& classes, const auto& photos_of) {
      std::vector<std::string> all;
      for (std::size_t i = 0; i < classes.size(); ++i) {
        const std::vector<PhotoId> photos = photos_of(i);
        if (std::ranges::none_of(photos, [&](PhotoId p) { return good(p); }))
          all.push_back(person(classes[i]));
      }
      return all;
    };
    const Split& split = data_.split;
    const auto base = without(split.base_classes, [&](std::size_t i) { return split.base_train[i]; });
    const auto novel = without(split.novel_classes,
                               [&](std::size_t i) { return data_.set.photos_of(split.novel_classes[i]); });
    if (!base.empty())
      obstacle(
          fmt::format("{} people have no photo to train on that decodes: {}; remove their folders or mend "
                      "their photos",
                      base.size(), first_five(base)));
    if (!novel.empty())
      warn(fmt::format("{} novel people have no photo that decodes, and evaluations will stop at them: {}",
                       novel.size(), first_five(novel)));
    const PhotoStoreOptions limits = photo_options(config_);
    const auto broken = static_cast<double>(inspection_.broken.size()),
               all = static_cast<double>(inspection_.photos.size());
    if (std::ssize(inspection_.broken) >= limits.min_broken && broken > limits.max_broken_share * all)
      obstacle(fmt::format("{} of {} photos are broken, more than data.max_broken = {} allows", broken, all,
                           limits.max_broken_share));
  }

  bool good(PhotoId p) const { return inspection_.photos[static_cast<std::size_t>(p)].good(); }

  void expect() {
    TrialSteps trial;
    if (!attempt([&] { trial = try_steps(config_, request_.data, data_, request_.device); })) return;
    const auto steps = static_cast<double>(config_.steps);
    const std::int64_t evaluations = config_.evaluate.every > 0 ? config_.steps / config_.evaluate.every : 0;
    const double seconds = trial.seconds_before + steps * trial.seconds_per_step +
                           static_cast<double>(evaluations) * trial.seconds_per_evaluation;
    json_["expected"] = {
        {"device", request_.device == Device::cuda ? "cuda" : "cpu"},
        {"threads", threads()},
        {"steps", config_.steps},
        {"steps_timed", trial.steps},
        {"seconds_before_first_step", trial.seconds_before},
        {"seconds_per_step", trial.seconds_per_step},
        {"images_per_second", static_cast<double>(config_.sampling.batch) / trial.seconds_per_step},
        {"evaluations", evaluations},
        {"seconds_per_evaluation", trial.seconds_per_evaluation},
        {"seconds", seconds},
        {"memory_bytes", trial.bytes},
        {"memory_bytes_usable", usable_memory()}};
    if (trial.bytes > usable_memory())
      warn(fmt::format("{} bytes of memory will be needed, and {} may be used: set data.cache_mb lower",
                       trial.bytes, usable_memory()));
  }

  const CheckRequest& request_;
  Json json_;
  Config config_;
  std::set<std::string> given_;
  bool settings_known_ = false, is_open_ = false;
  TrainingData data_;
  PhotoInspection inspection_;
};

}  // namespace

Json check_data(const CheckRequest& request) { return Check(request).run(); }

}  // namespace dg
