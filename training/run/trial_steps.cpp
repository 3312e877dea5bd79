#include "training/run/trial_steps.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "recognition/embedder.h"
#include "tensor/stopwatch.h"
#include "training/trainer.h"

namespace dg {
namespace {

// As many are embedded to know how long it takes.
constexpr std::int64_t photos_to_embed = 64;

// From here on the largest memory of the process is counted anew. (Where the system does not allow it, what
// was before counts too.)
void forget_largest_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::int64_t largest_memory() {
  std::ifstream status("/proc/self/status");
  std::int64_t kibibytes = 0;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * std::int64_t{1024};
}

double seconds_to_embed_one(Trainer& trainer, PhotoStore& store, const Config& config,
                            const TrainingData& data, Device device) {
  std::vector<PhotoId> some = flatten(data.split.base_train);
  some.resize(static_cast<std::size_t>(std::min(photos_to_embed, std::ssize(some))));
  const Stopwatch time;
  embed_photos(trainer.network(), store, some,
               {.device = device, .workers = static_cast<int>(config.data.workers)});
  return time.seconds() / static_cast<double>(some.size());
}

// Those whose means the classifier starts at.
std::int64_t photos_of_start(const Config& config, const TrainingData& data) {
  if (config.init.classifier != ClassifierStart::means) return 0;
  std::int64_t photos = 0;
  for (const std::vector<PhotoId>& of_one : data.split.base_train)
    photos += std::min(config.init.means_photos, std::ssize(of_one));
  return photos;
}

}  // namespace

TrialSteps try_steps(const Config& asked, const std::filesystem::path& folder, const TrainingData& data,
                     Device device, std::int64_t steps) {
  forget_largest_memory();
  Config config = asked;
  config.init.classifier = ClassifierStart::zero;  // class means of many people would take minutes
  TrialSteps result;
  const Stopwatch before;
  PhotoStore store(data.set, replacement_lists(data.set, data.split),
                   photo_options(config, cache_bytes(config, folder)));
  Trainer trainer(config, data.set, data.split, store, device);
  trainer.initialise();
  result.seconds_before = before.seconds();
  const std::int64_t first = steps / 4;
  for (std::int64_t i = 0; i < first; ++i) trainer.step();
  result.steps = steps - first;
  const Stopwatch time;
  for (std::int64_t i = 0; i < result.steps; ++i) {
    trainer.start_step();
    trainer.finish_steps(trainer.useful_in_flight());
  }
  trainer.finish_steps();
  result.seconds_per_step = time.seconds() / static_cast<double>(result.steps);
  const double one = seconds_to_embed_one(trainer, store, config, data, device);
  result.seconds_before += one * static_cast<double>(photos_of_start(asked, data));
  result.seconds_per_evaluation = one * static_cast<double>(facts_of(data, device).evaluation_photos);
  const auto photos = static_cast<std::int64_t>(data.set.photos.size() * store.image_bytes());
  result.bytes = largest_memory() + std::min(cache_bytes(config, folder), photos) - store.cached_bytes();
  return result;
}

}  // namespace dg
