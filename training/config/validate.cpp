// Checks of a whole configuration.
#include "tensor/check.h"
#include "training/config/keys.h"

namespace dg {
namespace {

// A configuration made in code passes the same checks as one that was read.
void check_each_value(const Config& c) {
  for (const config::Key& key : config::keys())
    require(key.valid(c), "config", "{} must be {}, got {}", key.name, key.values, key.write(c));
}

void check_fixed_classes(const Config::Sampling& s) {
  const std::int64_t classes = s.fixed_classes(), k = s.images_per_class.lo;
  require(s.batch == classes * k, "config",
          "sampling.batch must be sampling.classes x sampling.images_per_class = {} x {} = {}, got {}",
          classes, k, classes * k, s.batch);
  require(s.random_classes <= classes, "config",
          "sampling.random_classes (N_r) must be at most sampling.classes (N_c) = {}, got {}", classes,
          s.random_classes);
}

void check_drawn_classes(const Config::Sampling& s) {
  const auto [lo, hi] = s.images_per_class;
  require(s.classes == 0, "config",
          "sampling.classes must be absent or 0 when sampling.images_per_class is a range (here {}..{}; the "
          "number of classes is drawn), got {}",
          lo, hi, s.classes);
  const std::int64_t fewest = (s.batch - 1) / hi + 1, most = s.batch / lo;
  require(fewest <= most, "config", "no batch of sampling.batch = {} images has {}..{} images of each class",
          s.batch, lo, hi);
  require(s.random_classes <= most, "config",
          "sampling.random_classes (N_r) must be at most {}, the most classes that {} images with {}..{} of "
          "each can have, got {}",
          most, s.batch, lo, hi, s.random_classes);
}

void check_method(const Config::Sampling& s) {
  if (s.method != SamplingMethod::hard_class) return;
  const std::int64_t most = s.fixed() ? s.fixed_classes() : s.batch / s.images_per_class.lo;
  require(s.candidates == 0 || s.candidates >= most, "config",
          "sampling.candidates must be 0 or at least {}, the most classes a batch can have, got {}", most,
          s.candidates);
  require(s.probe_photos >= 2, "config",
          "sampling.probe_photos must be at least 2 when sampling.method is \"hard_class\", got {}",
          s.probe_photos);
}

}  // namespace

void validate(const Config& c) {
  check_each_value(c);
  if (c.sampling.fixed()) {
    check_fixed_classes(c.sampling);
  } else {
    check_drawn_classes(c.sampling);
  }
  check_method(c.sampling);
  config::check_losses(c);
  require(c.optim.rate > 0, "config", "optim.rate must be > 0, got {}", c.optim.rate);
  require(c.optim.final_rate <= c.optim.rate, "config",
          "optim.final_rate must be at most optim.rate = {}, got {}", c.optim.rate, c.optim.final_rate);
  require(c.classifier.rate > 0, "config", "classifier.rate must be > 0, got {}", c.classifier.rate);
  require(c.classifier.final_rate <= c.classifier.rate, "config",
          "classifier.final_rate must be at most classifier.rate = {}, got {}", c.classifier.rate,
          c.classifier.final_rate);
  require(c.init.classifier != ClassifierStart::normal || c.init.classifier_sd > 0, "config",
          "init.classifier_sd must be > 0 when init.classifier is \"normal\", got {}", c.init.classifier_sd);
  require(c.init.classifier != ClassifierStart::means || c.init.means_length > 0, "config",
          "init.means_length must be > 0 when init.classifier is \"means\", got {}", c.init.means_length);
  require(c.evaluate.pairs_photos.empty() || !c.evaluate.pairs.empty(), "config",
          "evaluate.pairs_photos = \"{}\" belongs to evaluate.pairs, which is not given",
          c.evaluate.pairs_photos);
  require(c.network.width > 0, "config", "network.width must be > 0, got {}", c.network.width);
  require(!c.network.blocks.empty(), "config", "network.blocks must name at least one stage, got []");
  require(c.network.branches.size() + 1 == c.network.blocks.size(), "config",
          "network.branches must have one entry fewer than network.blocks, which has {}, got {} entries",
          c.network.blocks.size(), c.network.branches.size());
}

}  // namespace dg
