#include "training/run/data_check.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "data/class_folder.h"
#include "data/tsv/dataset_toml.h"
#include "interop/system_error.h"
#include "interop/utf8.h"
#include "tensor/parallel.h"
#include "tensor/process_limits.h"
#include "training/config/plan.h"
#include "training/config/problems.h"
#include "training/run/data_check_sections.h"
#include "training/run/names.h"
#include "training/run/trial_steps.h"
#include "training/run/verification_pairs.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

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
      add_people(json_, data_.set);
      inspect();
      add_names(json_, data_.set);
      plan();
    }
    json_["would_start"] = json_["obstacles"].empty();
    if (found && json_["would_start"] && request_.timing) expect();
    json_["would_start"] = json_["obstacles"].empty();
    return std::move(json_);
  }

 private:
  void obstacle(const std::string& why) { json_["obstacles"].push_back(printable(why)); }

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
    } catch (const WrongSettings& e) {
      for (const std::string& problem : e.problems()) obstacle(problem);
      return false;
    } catch (const Error& e) {
      obstacle(e.what());
      return false;
    }
  }

  std::string person(ClassId c) const { return printable(data_.set.classes[static_cast<std::size_t>(c)]); }

  void read_settings() {
    GivenConfig read;
    settings_known_ = attempt([&] { read = load_given_config(request_.recipe, request_.settings); });
    if (!settings_known_) return;
    config_ = std::move(read.config);
    given_ = std::move(read.given);
  }

  bool open_files() {
    return attempt([&] {
      data_ = open_training_data(request_.data, config_);
      for (const std::string& note : data_.notes) add_warning(json_, note);
      is_open_ = true;
    });
  }

  bool look_through_folder() {
    FolderSurvey survey;
    if (!attempt([&] {
          demand_folder(request_.data);
          survey = survey_folder(request_.data, config_.data.nested, [&](std::size_t, std::size_t photos) {
            request_.progress(static_cast<std::int64_t>(photos), 0);
          });
        }))
      return false;
    for (const std::string& why : layout_obstacles(survey, request_.data, folder_options(config_)))
      obstacle(why);
    add_folder(json_, survey);
    data_.set = photo_set(request_.data, std::move(survey));
    return true;
  }

  void inspect() {
    const std::int64_t all = std::ssize(data_.set.photos);
    inspection_ =
        inspect_photos(data_.set, {.workers = std::max(1, static_cast<int>(config_.data.workers)),
                                   .crop = config_.data.crop,
                                   .progress = [&](std::int64_t done) { request_.progress(done, all); }});
    add_photos(json_, data_.set, inspection_, config_, request_.data);
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
    const auto& evaluate = config_.evaluate;
    if (!evaluate.pairs.empty())
      attempt([&] {
        VerificationPairs(evaluate.pairs,
                          evaluate.pairs_photos.empty() ? request_.data : fs::path(evaluate.pairs_photos),
                          config_);
      });
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
      add_warning(
          json_,
          fmt::format("{} novel people have no photo that decodes, and evaluations will stop at them: {}",
                      novel.size(), first_five(novel)));
    const PhotoStoreOptions limits = photo_options(config_);
    const auto broken = static_cast<double>(inspection_.broken.size()),
               all = static_cast<double>(inspection_.photos.size());
    if (std::ssize(inspection_.broken) >= limits.min_broken && broken > limits.max_broken_share * all)
      obstacle(
          fmt::format("{} of {} photos are broken, more than data.max_broken = {} allows{}", broken, all,
                      limits.max_broken_share,
                      limits.crop ? "; those that do not hold the box of data.crop count as broken" : ""));
  }

  bool good(PhotoId p) const { return inspection_.photos[static_cast<std::size_t>(p)].good(); }

  void expect() {
    TrialSteps trial;
    if (!attempt([&] { trial = try_steps(config_, request_.data, data_, request_.device); })) return;
    const auto steps = static_cast<double>(config_.steps);
    // One after every so many steps, and one at the end.
    const std::int64_t every = config_.evaluate.every,
                       evaluations = every > 0 ? (config_.steps + every - 1) / every : 0;
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
      add_warning(
          json_, fmt::format("{} bytes of memory will be needed, and {} may be used: set data.cache_mb lower",
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
