// DATA of `doppel train`, whatever its form: a folder of identity folders, or a dataset.toml.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/folder_layout.h"
#include "data/photo_set.h"
#include "data/photo_store.h"
#include "data/split.h"
#include "recognition/embedder.h"
#include "training/config/plan.h"

namespace dg {

struct TrainingData {
  PhotoSet set;
  Split split;
  std::vector<std::string> notes;  // for people
  std::int64_t cache_bytes = 0;    // cache_bytes() of it
  bool held_out = false;           // whether there are photos to test on, of novel or base identities
};

/// A folder is split as `config.data` says (make_split). A dataset.toml splits itself: base_train trains,
/// novel_train enrols, the development file, if it names one, tests; data.base_test_photos has no meaning
/// then and data.base_identities must be "auto" or "all" (else Error). Errors as scan_class_folder or
/// open_celeb_tsv. `progress` is of a folder.
TrainingData open_training_data(const std::filesystem::path& data, const Config& config,
                                const SurveyProgress& progress = {});

/// What settings can be made to fit (training/config/plan.h).
DataFacts facts_of(const TrainingData& data, Device device);

/// Splits the set of a class folder, and notes who has too few photos for a test. Errors of split_photos.
void split_folder(TrainingData& data, const Config& config);

/// How `config` reads a class folder.
FolderOptions folder_options(const Config& config);

/// The split `config` makes of a class folder.
Split make_split(const PhotoSet& set, const Config& config);

/// Memory for the decoded photos of `data`: what data.cache_mb says or, for "auto", a quarter of
/// usable_memory() and at most 4,096 MiB for a folder and none for a dataset.toml, whose photos are too many
/// to keep.
std::int64_t cache_bytes(const Config& config, const std::filesystem::path& data);

/// How a run with this configuration reads photos, with `memory_bytes` for decoded ones: 0 where each is used
/// once.
PhotoStoreOptions photo_options(const Config& config, std::int64_t memory_bytes = 0);

/// How an evaluation with this configuration takes photos through the network: with its data.workers.
EmbedderOptions embedder_options(const Config& config, Device device);

}  // namespace dg
