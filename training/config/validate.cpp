// Checks of a whole configuration.
#include "tensor/check.h"
#include "training/config/keys.h"
#include "training/config/model.h"
#include "training/config/problems.h"

namespace dg {
namespace {

// A configuration made in code passes the same checks as one that was read.
void check_each_value(const Config& c) {
  Problems problems;
  for (const config::Key& key : config::keys())
    problems.gather([&] {
      require(key.valid(c), "config", "{} must be {}, got {}", key.name, key.values, key.write(c));
    });
  problems.raise();  // values out of range fit nothing else
}

// Random sampling does not read it.
bool uses_random_classes(const Config::Sampling& s) { return s.method != SamplingMethod::random; }

void check_fixed_classes(const Config::Sampling& s) {
  const std::int64_t classes = s.fixed_classes(), k = s.images_per_class.lo;
  require(s.batch == classes * k, "config",
          "sampling.batch must be sampling.classes x sampling.images_per_class = {} x {} = {}, got {}",
          classes, k, classes * k, s.batch);
  require(!uses_random_classes(s) || s.random_classes <= classes, "config",
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
  require(!uses_random_classes(s) || s.random_classes <= most, "config",
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

void check_rates(const char* section, double rate, double final_rate) {
  require(rate > 0, "config", "{}.rate must be > 0, got {}", section, rate);
  require(final_rate <= rate, "config", "{0}.final_rate must be at most {0}.rate = {1}, got {2}", section,
          rate, final_rate);
}

void check_start(const Config::Init& init) {
  require(init.classifier != ClassifierStart::normal || init.classifier_sd > 0, "config",
          "init.classifier_sd must be > 0 when init.classifier is \"normal\", got {}", init.classifier_sd);
  require(init.classifier != ClassifierStart::means || init.means_length > 0, "config",
          "init.means_length must be > 0 when init.classifier is \"means\", got {}", init.means_length);
}

bool can_be_made(const Config& c) try {
  make_network(c);
  return true;
} catch (const Error&) {
  return false;
}

void check_network(const Config& c) {
  const Config::NetworkSettings& n = c.network;
  require(n.width > 0, "config", "network.width must be > 0, got {}", n.width);
  require(!n.blocks.empty(), "config", "network.blocks must name at least one stage, got []");
  require(n.branches.size() + 1 == n.blocks.size(), "config",
          "network.branches must have one entry fewer than network.blocks, which has {}, got {} entries",
          n.blocks.size(), n.branches.size());
  // Each pooling and each unpadded convolution needs something to work on. Above this size it is not the
  // input that is at fault.
  constexpr std::int64_t large = 1024;
  Config larger = c;
  for (std::int64_t& input = larger.network.input; input < large && !can_be_made(larger);) ++input;
  require(larger.network.input == n.input || !can_be_made(larger), "config",
          "network.input must be at least {} with {} stages (network.blocks) and network.padding = \"{}\", "
          "got {}",
          larger.network.input, n.blocks.size(), n.padding == Padding::same ? "same" : "valid", n.input);
  try {
    make_network(c);
  } catch (const Error& e) {
    throw Error(fmt::format("[config] the settings of [network] make no network: {}", e.what()));
  }
}

}  // namespace

void validate(const Config& c) {
  check_each_value(c);
  Problems problems;
  problems.gather(
      [&] { c.sampling.fixed() ? check_fixed_classes(c.sampling) : check_drawn_classes(c.sampling); });
  problems.gather([&] { check_method(c.sampling); });
  problems.gather([&] { config::check_losses(c); });
  problems.gather([&] { check_rates("optim", c.optim.rate, c.optim.final_rate); });
  problems.gather([&] { check_rates("classifier", c.classifier.rate, c.classifier.final_rate); });
  problems.gather([&] { check_start(c.init); });
  problems.gather([&] {
    require(c.evaluate.pairs_photos.empty() || !c.evaluate.pairs.empty(), "config",
            "evaluate.pairs_photos = \"{}\" belongs to evaluate.pairs, which is not given",
            c.evaluate.pairs_photos);
  });
  problems.gather([&] { check_network(c); });
  problems.raise();
}

}  // namespace dg
