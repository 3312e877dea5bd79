#include "training/config/plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "interop/number_text.h"
#include "tensor/check.h"
#include "training/config/keys.h"
#include "training/config/problems.h"

namespace dg {
namespace {

// The paper's batch: 27 people with 3 photos each, a third of the people drawn at random.
constexpr std::int64_t most_classes = 27, most_images = 3, classes_per_random = 3;

// Without a word about the length: so often is a photo seen, in at least and at most so many steps. A network
// needs some thousand steps whatever the data; twenty epochs of four photos a person is what was measured on
// real faces (docs/results.md); above the upper bound somebody should decide how long it may take.
constexpr double usual_epochs = 20;
constexpr std::int64_t fewest_steps = 1000, most_steps = 50'000;

// The defaults' warm-up and start of the margin loss belong to a schedule of 5,000 steps: these are their
// shares of it.
constexpr std::int64_t warmup_share = 10, margin_share = 5;

// Evaluations may take a twentieth of the training's time, and a single one at the end a fifth. A training
// step takes about three times a forward pass, and an evaluation sees each photo twice (mirror trick).
constexpr std::int64_t most_evaluations = 10;
constexpr double evaluations_share = 0.05, last_evaluation_share = 0.2;
constexpr double passes_of_a_step = 3, passes_of_an_evaluation = 2;

std::int64_t steps_of(double epochs, const Config& config, const DataFacts& facts) {
  const double wanted = std::ceil(epochs * static_cast<double>(facts.training_photos) /
                                  static_cast<double>(config.sampling.batch)),
               limit = static_cast<double>(config::billion);
  require(wanted <= limit, "config", "epochs = {:.6g} are more than {:.0f} steps", epochs, limit);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(wanted));
}

class Plan {
 public:
  Plan(Config& config, const std::set<std::string>& given, const DataFacts& facts)
      : c_(config), given_(given), facts_(facts) {}

  std::vector<PlannedSetting> make() {
    Problems problems;
    problems.gather([&] {
      require(
          facts_.people >= 2, "train",
          "required photos of at least 2 people to train on, got {} of {} in the data (data.base_identities "
          "says who is trained on)",
          facts_.people, facts_.identities);
    });
    images_per_class();
    batch();
    random_classes();
    problems.gather([&] { steps(); });
    starts();
    initialisation();
    evaluation();
    machine();
    problems.gather([&] { validate(c_); });
    if (facts_.people >= 2) problems.gather([&] { check_batches_fit(c_, facts_.people); });
    problems.raise();
    return std::move(planned_);
  }

 private:
  bool open(const std::string& key) const { return !given_.contains(key); }

  template <class... Args>
  void say(const std::string& key, fmt::format_string<Args...> reason, Args&&... args) {
    for (const config::Key& known : config::keys()) {
      if (known.name == key)
        planned_.push_back({key, known.write(c_), fmt::format(reason, std::forward<Args>(args)...)});
    }
  }

  void images_per_class() {
    if (!open("sampling.images_per_class")) return;
    const Config::Sampling& s = c_.sampling;
    std::int64_t k = std::clamp<std::int64_t>(facts_.photos_of_each, 2, most_images);
    if (!open("sampling.batch")) {
      const bool classes_asked = !open("sampling.classes") && s.classes > 0;
      if (classes_asked) {
        k = std::max<std::int64_t>(1, s.batch / s.classes);
      } else if (s.batch % k != 0) {
        for (k = most_images; k > 1 && s.batch % k != 0;) --k;
      }
      c_.sampling.images_per_class = {k, k};
      return say("sampling.images_per_class", "of the {} in the batch that was asked for{}", s.batch,
                 k == 1 ? ": no two photos of a batch show one person" : "");
    }
    c_.sampling.images_per_class = {k, k};
    if (facts_.photos_of_each < 2)
      return say("sampling.images_per_class",
                 "most people have a single photo to train on: a pair is the same photo, changed at random");
    say("sampling.images_per_class", "half of the people have {} or more photos to train on; pairs need two",
        facts_.photos_of_each);
  }

  void batch() {
    if (!open("sampling.batch")) return;
    const auto [lo, hi] = c_.sampling.images_per_class;
    std::int64_t classes = std::min(most_classes, std::max<std::int64_t>(2, facts_.people / 2));
    if (!open("sampling.random_classes"))  // as many are wanted, if there are so many
      classes = std::min(facts_.people, std::max(classes, c_.sampling.random_classes));
    const bool asked = !open("sampling.classes") && c_.sampling.classes > 0;
    if (asked) classes = c_.sampling.classes;
    c_.sampling.batch =
        lo == hi ? classes * lo : std::max(hi, std::min(Config().sampling.batch, classes * lo));
    if (asked) return say("sampling.batch", "{} people were asked for, with {} photos each", classes, lo);
    if (classes == most_classes)
      return say("sampling.batch", "the paper's 27 people, with {} photos each", lo);
    say("sampling.batch", "{} of the {} people, with {} photos each: the others are there to be mistaken for",
        classes, facts_.people, lo);
  }

  void random_classes() {
    const Config::Sampling& s = c_.sampling;
    if (!open("sampling.random_classes") || s.method == SamplingMethod::random) return;
    const std::int64_t classes = s.fixed() ? s.fixed_classes() : s.batch / s.images_per_class.hi;
    c_.sampling.random_classes = std::max<std::int64_t>(1, (classes + 1) / classes_per_random);
    say("sampling.random_classes", "a third of the batch's {} people, as in the paper", classes);
  }

  void steps() {
    const auto photos = static_cast<double>(facts_.training_photos),
               batch = static_cast<double>(c_.sampling.batch);
    const double asked = c_.epochs;
    require(asked == 0 || open("steps"), "config",
            "required steps or epochs, got both: steps = {} and epochs = {}", c_.steps, asked);
    c_.epochs = 0;
    if (!open("steps")) return;
    const std::int64_t exact = steps_of(asked > 0 ? asked : usual_epochs, c_, facts_);
    c_.steps = asked > 0 ? exact : std::clamp(exact, fewest_steps, most_steps);
    const double epochs = static_cast<double>(c_.steps) * batch / photos;
    say("steps", "{}{} epochs of {} photos in batches of {}",
        asked > 0          ? ""
        : c_.steps < exact ? "no more unless asked for: "
        : c_.steps > exact ? "a network needs some thousand: "
                           : "",
        short_number(epochs), facts_.training_photos, c_.sampling.batch);
  }

  void starts() {
    const Config defaults;
    if (open("optim.warmup") && c_.optim.warmup > 0) {
      c_.optim.warmup = std::min(defaults.optim.warmup, std::max<std::int64_t>(1, c_.steps / warmup_share));
      say("optim.warmup", "a tenth of the schedule, at most {}", defaults.optim.warmup);
    }
    if (open("loss.margin_start") && c_.loss.margin > 0 && c_.loss.l2_softmax == 0) {
      c_.loss.margin_start = 0;
      say("loss.margin_start", "there is no softmax loss to go before it");
    } else if (open("loss.margin_start") && c_.loss.margin > 0) {
      c_.loss.margin_start = std::min(defaults.loss.margin_start, c_.steps / margin_share);
      say("loss.margin_start", "a fifth of the schedule, at most {}", defaults.loss.margin_start);
    }
  }

  void initialisation() {
    if (!open("init.lsuv_images")) return;
    const std::int64_t usual = Config().init.lsuv_images, fewest = 32;
    c_.init.lsuv_images = std::clamp(facts_.training_photos, fewest, usual);
    say("init.lsuv_images", "drawn from the {} photos to train on", facts_.training_photos);
  }

  void evaluation() {
    if (open("classifier.batch")) {
      c_.classifier.batch = std::min(Config().classifier.batch, facts_.identities);
      say("classifier.batch", "different people, of {}", facts_.identities);
    }
    const bool pairs = !c_.evaluate.pairs.empty();
    if (!open("evaluate.every") || (facts_.evaluation_photos == 0 && !pairs)) return;
    const double step = passes_of_a_step * static_cast<double>(c_.sampling.batch),
                 all = passes_of_an_evaluation * static_cast<double>(facts_.evaluation_photos),
                 share = all / (step * static_cast<double>(c_.steps));
    const std::int64_t times =
        share > 0 ? std::min(most_evaluations, static_cast<std::int64_t>(evaluations_share / share))
                  : most_evaluations;
    if (times < 1 && share > last_evaluation_share && !pairs) {
      c_.evaluate.every = 0;
      return say("evaluate.every", "never in training: embedding {} photos would take {:.0f}% of its time",
                 facts_.evaluation_photos, 100 * share);
    }
    const std::int64_t evaluations = std::max<std::int64_t>(1, times);
    // Rounded up, so that the last one is the end of the schedule or the one before it is near.
    c_.evaluate.every = (c_.steps + evaluations - 1) / evaluations;
    const double percent = 100 * share * static_cast<double>(evaluations);
    say("evaluate.every", "{}, about {} of the training time",
        evaluations == 1 ? "once, at the end" : fmt::format("{} times", evaluations),
        percent < 9.5 ? fmt::format("{:.1g}%", percent) : fmt::format("{:.0f}%", percent));
  }

  void machine() {
    const std::int64_t bytes = facts_.all_photos * 3 * c_.network.input * c_.network.input;
    if (!c_.data.cache_mb) {
      constexpr std::int64_t mib = 1 << 20;
      const std::int64_t needed = (bytes + mib - 1) / mib, room = facts_.cache_bytes / mib;
      c_.data.cache_mb = std::min(needed, room);
      say("data.cache_mb", "{}",
          needed <= room ? "keeps all decoded photos"
                         : fmt::format("a part of the {} MiB of all decoded photos", needed));
    }
    if (open("data.workers")) {
      const bool all_kept = *c_.data.cache_mb << 20 >= bytes;
      // A core decodes about as many small photos as eight cores, or an eighth of a GPU, train on.
      const std::int64_t most = facts_.device == Device::cuda ? 8 : 1 + facts_.cores / 8;
      c_.data.workers =
          all_kept && facts_.device == Device::cpu ? 1 : std::min<std::int64_t>(most, facts_.cores);
      say("data.workers", "{}", all_kept ? "photos are decoded once" : "photos are decoded again and again");
    }
  }

  Config& c_;
  const std::set<std::string>& given_;
  const DataFacts& facts_;
  std::vector<PlannedSetting> planned_;
};

}  // namespace

std::vector<PlannedSetting> plan_settings(Config& config, const std::set<std::string>& given,
                                          const DataFacts& facts) {
  return Plan(config, given, facts).make();
}

void check_epochs(Config& config, const DataFacts& facts) {
  const double epochs = std::exchange(config.epochs, 0);
  if (epochs == 0) return;
  const std::vector<std::int64_t>& extended = config.optim.extended_at;
  const std::int64_t steps = steps_of(epochs, config, facts),
                     own = extended.empty() ? config.steps : extended.front();
  require(steps == own, "train",
          "epochs = {:.6g} are {} steps, and the run that goes on began with {}; --extend N adds N steps at "
          "its end",
          epochs, steps, own);
}

void check_batches_fit(const Config& config, std::int64_t people) {
  const Config::Sampling& s = config.sampling;
  const std::int64_t lo = s.images_per_class.lo, classes = s.fixed() ? s.fixed_classes() : s.batch / lo;
  require(classes <= people, "train",
          "sampling.batch = {} with {} photos of each person takes up to {} different people, but there are "
          "{} to "
          "train on: set sampling.batch to at most {}",
          s.batch, lo, classes, people, people * lo);
}

}  // namespace dg
