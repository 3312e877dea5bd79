// The configuration of a run: every setting with its default. The defaults are the small CPU recipe, with the
// options that keep small networks from collapsing switched on; experiments/ holds others.
// docs/configuration.md lists every key.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/augmentation.h"
#include "data/resize.h"
#include "data/split.h"
#include "layers/face_resnet.h"
#include "losses/lifted_structured.h"
#include "sampling/observation.h"

namespace dg {

/// Which identities of a class folder are trained on.
struct BaseIdentities {
  SplitOptions::Base rule = SplitOptions::Base::automatic;  // or all or first; never named
  std::int64_t count = 0;                                   // only for Base::first: how many
};

struct ImagesPerClass {
  std::int64_t lo = 3, hi = 3;  // equal: a fixed number
};

/// The classifier's weights before the first step.
enum class ClassifierStart { zero, normal, means };
/// How the classes of a batch are chosen.
enum class SamplingMethod { random, doppelganger, hard_class, class_graph };
/// The alpha that classifier learning starts with: the one the run ended with, or the one it started with.
enum class ClassifierAlpha { trained, start };
/// What a run does when its embedding has collapsed: restart = begin again once, with a tenth of optim.rate.
enum class OnCollapse { stop, warn, restart };
/// Products and convolutions on a GPU: CudaPolicy::tf32 or not.
enum class CudaPrecision { tf32, strict };

struct Config {
  std::uint64_t seed = 0;
  std::int64_t steps = 5000;
  double epochs = 0;  // asks training/config/plan.h for as many steps; 0: nothing is asked

  struct Data {
    BaseIdentities base_identities;
    std::uint64_t split_seed = 0;
    std::int64_t base_test_photos = 1;
    std::int64_t workers = 1;
    std::optional<std::int64_t> cache_mb;  // MiB; empty: "auto", which depends on the form of the data
    double max_broken = 0.1;
    std::optional<CropBox> crop;
    bool nested = true, strict = false;
  } data;

  struct NetworkSettings {
    NetworkSettings();  // not inline: GCC 12 takes the lists below for uninitialised where it inlines them

    std::int64_t input = 64;
    double width = 0.25;
    std::int64_t embedding = 512;
    std::vector<std::int64_t> blocks{1, 2, 5, 3}, branches{3, 2, 1};
    Padding padding = Padding::same;
    Shortcut shortcut = Shortcut::projection;
  } network;

  struct Init {
    std::int64_t lsuv_images = 256;
    ClassifierStart classifier = ClassifierStart::means;
    double classifier_sd = 0.01;
    std::int64_t means_photos = 8;
    double means_length = 0.3;
    bool centre = true;
  } init;

  struct Loss {
    double l2_softmax = 1, lifted = 0, margin = 1;
    double l2_alpha = 16;
    bool l2_alpha_trainable = true;
    double lifted_alpha = 12;
    LiftedMeasure lifted_distance = LiftedMeasure::distance;
    double margin_alpha = 0.1, margin_beta = 0.5, margin_beta_rate = 1;
    std::int64_t margin_start = 1000;
    double contrastive = 0, contrastive_margin = 0.5;
    std::int64_t contrastive_start = 0;
  } loss;

  struct Optim {
    double rate = 0.05, final_rate = 1e-5, momentum = 0.9, decay = 5e-4;
    bool rate_inside = false;
    double clip_norm = 1;
    std::int64_t warmup = 500, restart_period = 0;
    double restart_factor = 1;
    std::vector<std::int64_t> extended_at;  // see Sgdr
  } optim;

  struct Sampling {
    std::int64_t batch = 81,
                 classes = 0;  // classes: 0 = batch / images_per_class, or drawn when that is a range
    ImagesPerClass images_per_class;
    std::int64_t random_classes = 9, lag = 2;
    UpdateRule update_rule = UpdateRule::highest;
    SamplingMethod method = SamplingMethod::doppelganger;
    double list_from_seen = 0;
    std::int64_t probe_photos = 2, candidates = 0, neighbours = 0, graph_every = 0;  // 0: see sampling/
    bool fixed() const { return images_per_class.lo == images_per_class.hi; }
    std::int64_t fixed_classes() const { return classes > 0 ? classes : batch / images_per_class.lo; }
  } sampling;

  AugmentationOptions augment;

  struct Evaluate {
    std::int64_t every = 0;
    std::string pairs, pairs_photos;  // empty: no pairs; the photos of the run's data
    std::int64_t patience = 0;
  } evaluate;

  struct ClassifierSettings {
    std::int64_t iterations = 500, batch = 81;
    double rate = 1e-3, final_rate = 1e-4;
    ClassifierAlpha alpha = ClassifierAlpha::trained;
    bool alpha_trainable = true, augment = false;
  } classifier;

  struct Checkpoint {
    std::int64_t every = 0, keep = 3;
    double minutes = 10;
  } checkpoint;

  struct Guard {
    OnCollapse collapse = OnCollapse::restart;
    std::int64_t collapse_steps = 300;
    double collapse_cosine = 0.99;
  } guard;

  struct Cuda {
    CudaPrecision precision = CudaPrecision::tf32;
    bool deterministic = true;
  } cuda;

  struct Log {
    std::int64_t every = 50;
  } log;
};

/// Defaults, then `recipe` (a TOML file; `base = "other.toml"` at its top, or an array of names, is read
/// first, relative to it), then each "section.key=value" of `settings`. Unknown keys, wrong types and values
/// out of range are errors that name file and line (or the setting); an unreadable file is an IoError. Ends
/// with validate().
Config load_config(const std::optional<std::filesystem::path>& recipe,
                   const std::vector<std::string>& settings);

/// A configuration, and the names of the keys that somebody gave a value.
struct GivenConfig {
  Config config;
  std::set<std::string> given;
};

/// The same without validate() at the end, because the other keys may still be made to fit
/// (training/config/plan.h). The recipe is read on top of `base`.
GivenConfig load_given_config(const std::optional<std::filesystem::path>& recipe,
                              const std::vector<std::string>& settings, GivenConfig base = {});

/// The same from TOML text, which may not have a base; `name` stands for the file in messages.
Config parse_config(const std::string& toml, const std::string& name,
                    const std::vector<std::string>& settings = {});

/// What to_toml wrote, of this or of an earlier version: a key that it lacks is read as that version meant
/// it.
Config parse_stored_config(const std::string& toml, const std::string& name,
                           const std::vector<std::string>& settings = {});

/// Checks each value's range and settings against each other. Throws Error naming the keys.
void validate(const Config& config);

/// Every key, in a fixed order; parse_config reads it back to an equal configuration.
std::string to_toml(const Config& config);

/// results: without the keys that no result depends on (logging, threads, cache).
enum class Compare { all, results };

/// Names of the keys in which two configurations differ, in the order of to_toml.
std::vector<std::string> differences(const Config& a, const Config& b, Compare compare = Compare::all);

/// The text of docs/configuration.md.
std::string config_reference();

}  // namespace dg
