#include "training/run/training_data.h"

#include <algorithm>

#include "data/class_folder.h"
#include "data/tsv/celeb_tsv.h"
#include "tensor/check.h"
#include "tensor/parallel.h"
#include "tensor/process_limits.h"
#include "training/run/names.h"

namespace dg {
namespace {

TrainingData open_toml(const std::filesystem::path& path, const Config& config) {
  const BaseIdentities& base = config.data.base_identities;
  require(base.rule != SplitOptions::Base::first, "train",
          "data.base_identities must be \"auto\" or \"all\" with {}, whose base_train file says who is base, "
          "got {}",
          path.string(), base.count);
  const DatasetFiles files = read_dataset_toml(path);
  CelebTsv celeb =
      open_celeb_tsv(files, {.held_out = files.development ? HeldOut::development : HeldOut::none,
                             .max_bad_share = config.data.max_broken});
  TrainingData data;
  data.set = std::move(celeb.photos);
  data.split = std::move(celeb.split);
  data.notes = std::move(celeb.notes);
  data.held_out = files.development.has_value();
  return data;
}

}  // namespace

TrainingData open_training_data(const std::filesystem::path& path, const Config& config,
                                const SurveyProgress& progress) {
  const bool toml = is_dataset_toml(path);
  TrainingData data;
  if (toml) {
    data = open_toml(path, config);
  } else {
    FolderOptions options = folder_options(config);
    options.progress = progress;
    data.set = scan_class_folder(path, options);
    split_folder(data, config);
    if (const auto& nested = data.set.nested; !nested.empty())
      data.notes.push_back(fmt::format(
          "photos in {} folder{} inside the folders of people ({}) count as these people's; if {} "
          "is a folder of people, name that one as DATA",
          nested.size(), nested.size() == 1 ? "" : "s", first_five(nested),
          (path / nested[0]).parent_path().string()));
  }
  if (!data.held_out && config.evaluate.every > 0) {
    data.notes.push_back(
        toml ? "there is no development set: nothing is evaluated in training"
             : "there is no photo to test, of a novel identity beside the one that enrols it, or of a "
               "base identity (data.base_test_photos): nothing is evaluated in training");
  }
  data.cache_bytes = cache_bytes(config, path);
  return data;
}

void split_folder(TrainingData& data, const Config& config) {
  data.split = make_split(data.set, config);
  data.held_out = !flatten(data.split.novel_test).empty() || !flatten(data.split.base_test).empty();
  if (const std::int64_t n = count_untested(data.split); n > 0 && config.data.base_test_photos > 0) {
    data.notes.push_back(
        fmt::format("{} of {} base identities have no more than data.base_test_photos = {} photos: "
                    "all of these train, and none is held out for a test",
                    n, data.split.base_classes.size(), config.data.base_test_photos));
  }
}

DataFacts facts_of(const TrainingData& data, Device device) {
  const Split& split = data.split;
  std::vector<std::int64_t> photos;
  for (const std::vector<PhotoId>& of_one : split.base_train) photos.push_back(std::ssize(of_one));
  std::ranges::sort(photos);
  const auto count = [](const std::vector<std::vector<PhotoId>>& lists) {
    return std::ssize(flatten(lists));
  };
  return {.people = std::ssize(photos),
          .identities = std::ssize(data.set.classes),
          .training_photos = count(split.base_train),
          .photos_of_each = photos.empty() ? 0 : photos[photos.size() / 2],
          .evaluation_photos = !data.held_out ? 0
                                              : std::ssize(split.novel_enrol) + count(split.base_train) +
                                                    count(split.base_test) + count(split.novel_test),
          .all_photos = std::ssize(data.set.photos),
          .cache_bytes = data.cache_bytes,
          .cores = machine_cores(),
          .device = device};
}

FolderOptions folder_options(const Config& config) {
  return {.nested = config.data.nested, .strict = config.data.strict};
}

Split make_split(const PhotoSet& set, const Config& config) {
  const BaseIdentities& base = config.data.base_identities;
  const SplitOptions options{.base = base.rule,
                             .first_identities = static_cast<int>(base.count),
                             .base_test_photos = static_cast<int>(config.data.base_test_photos),
                             .strict = config.data.strict};
  return split_photos(set, options, Rng(config.data.split_seed, 0));
}

std::int64_t cache_bytes(const Config& config, const std::filesystem::path& data) {
  if (config.data.cache_mb) return *config.data.cache_mb << 20;
  if (is_dataset_toml(data)) return 0;
  // A quarter of what there is leaves room for the network, its gradients and other programs.
  return std::min(std::int64_t{4} << 30, usable_memory() / 4);
}

PhotoStoreOptions photo_options(const Config& config, std::int64_t memory_bytes) {
  return {.size = static_cast<int>(config.network.input),
          .crop = config.data.crop,
          .memory_bytes = memory_bytes,
          .max_broken_share = config.data.max_broken};
}

EmbedderOptions embedder_options(const Config& config, Device device) {
  return {.device = device, .workers = static_cast<int>(config.data.workers)};
}

}  // namespace dg
