// Settings made to fit the data. Somebody who trains on a folder gives few of them; the others are chosen
// here, each for a stated reason, and stand in the run's configuration as numbers, so that the run repeats.
// With many people and a long schedule they are the defaults.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tensor/device.h"
#include "training/config/config.h"

namespace dg {

/// What the choice depends on.
struct DataFacts {
  std::int64_t people = 0;             // who are trained on
  std::int64_t identities = 0;         // all, the novel ones too
  std::int64_t training_photos = 0;    // of those people
  std::int64_t photos_of_each = 0;     // median over those people of their training photos
  std::int64_t evaluation_photos = 0;  // that an evaluation embeds; 0: there is nothing to test on
  std::int64_t all_photos = 0;
  std::int64_t cache_bytes = 0;  // for decoded photos, with data.cache_mb = "auto"
  int cores = 1;
  Device device = Device::cpu;
};

struct PlannedSetting {
  std::string key;
  std::string value;   // as TOML
  std::string reason;  // for people
};

/// Sets those of the keys below that are not in `given`, and validates the whole. Error where the data cannot
/// be trained on with what is given; it names keys and numbers. epochs becomes 0: steps has taken it over.
///
///   sampling.images_per_class, batch, random_classes; steps; optim.warmup; loss.margin_start;
///   init.lsuv_images; evaluate.every; classifier.batch; data.workers, data.cache_mb
std::vector<PlannedSetting> plan_settings(Config& config, const std::set<std::string>& given,
                                          const DataFacts& facts);

/// For a run that goes on: Error where epochs ask for other steps than the configuration has. epochs becomes
/// 0.
void check_epochs(Config& config, const DataFacts& facts);

/// Error where batches of this configuration have more different people than there are.
void check_batches_fit(const Config& config, std::int64_t people);

}  // namespace dg
