#include "training/config/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "training/config/keys.h"

namespace dg {
namespace {

constexpr std::size_t longest = 100;  // bytes; no name has half as many, and the search takes their square
constexpr const char* all_keys = "; docs/configuration.md lists all keys";

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

// As keys are spelt: small letters, and underscores for dashes.
std::string as_keys_are(std::string_view word) {
  std::string text(word);
  for (char& c : text) {
    if (c == '-') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_key(std::string_view name) {
  return std::any_of(config::keys().begin(), config::keys().end(),
                     [&](const config::Key& key) { return key.name == name; });
}

// Without the keys that this version does not have.
std::vector<std::string> meant_by(std::string_view word) {
  std::vector<std::string> keys;
  for (const OtherWords& other : other_words()) {
    if (std::find(other.words.begin(), other.words.end(), word) == other.words.end()) continue;
    for (const std::string_view key : other.keys) {
      if (is_key(key)) keys.emplace_back(key);
    }
  }
  return keys;
}

// By spelling alone: the nearest key, or one with the right name in another section, or a section.
std::string nearest_key(std::string_view name) {
  std::string nearest;
  std::size_t best = most_edits(name) + 1;
  const auto consider = [&](std::string_view known, std::size_t distance) {
    if (distance >= best) return;
    best = distance;
    nearest = known;
  };
  for (const config::Key& key : config::keys()) {
    consider(key.name, edit_distance(key.name, name));
    consider(key.name, 1 + edit_distance(last_part(key.name), last_part(name)));
    const std::string_view section = config::section_of(key.name);
    consider(section, edit_distance(section, name));
  }
  return nearest;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

std::size_t most_edits(std::string_view name) {
  constexpr std::size_t short_name = 4;  // two letters of such a one say little about what was meant
  return name.size() <= short_name ? 1 : std::max<std::size_t>(2, name.size() / 3);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  if (name.size() > longest) return "";
  std::string nearest;
  std::size_t best = most_edits(name) + 1;
  for (const std::string& one : known) {
    // A name that shares nothing with another is no misspelling of it, however short both are.
    const std::size_t distance = edit_distance(one, name);
    if (distance >= best || distance >= std::max(one.size(), name.size())) continue;
    best = distance;
    nearest = one;
  }
  return nearest;
}

// A word that is also the last part of a key has that key among its own.
const std::vector<OtherWords>& other_words() {
  static const std::vector<OtherWords> words{
      {{"epochs", "steps"}, {"epoch", "num_epochs", "n_epochs", "max_epochs"}},
      {{"steps", "classifier.iterations"}, {"iterations"}},
      {{"steps"}, {"iters", "max_iter", "max_iters", "max_steps", "num_steps", "total_steps"}},
      {{"seed"}, {"random_seed", "rng_seed"}},
      {{"data.workers"}, {"num_workers", "n_workers"}},
      {{"data.cache_mb"}, {"cache", "cache_size"}},
      {{"data.base_identities"}, {"val_split", "holdout"}},
      {{"network.input"}, {"image_size", "img_size", "imgsz", "input_size", "resolution", "size"}},
      {{"network.width"}, {"width_mult", "width_multiplier"}},
      {{"network.blocks"}, {"depth", "layers"}},
      {{"network.embedding"},
       {"emb", "dim", "emb_size", "emb_dim", "embedding_size", "embedding_dim", "feature_dim",
        "num_features"}},
      {{"loss.margin_alpha", "loss.margin"}, {"margin"}},
      {{"loss.margin_alpha"}, {"m"}},
      {{"loss.l2_alpha", "augment.scale"}, {"scale"}},
      {{"loss.l2_alpha"}, {"s", "temperature"}},
      {{"optim.rate"}, {"lr", "lr0", "base_lr", "init_lr", "initial_lr", "learning_rate"}},
      {{"optim.final_rate"}, {"min_lr", "final_lr", "eta_min"}},
      {{"optim.decay"}, {"wd", "l2", "weight_decay"}},
      {{"optim.clip_norm"}, {"clip", "grad_clip", "gradient_clip", "max_grad_norm"}},
      {{"optim.warmup"}, {"warm_up", "warmup_steps", "warmup_iters"}},
      {{"optim.restart_period"}, {"restarts"}},
      {{"sampling.batch"}, {"bs", "batch_size", "batchsize", "train_batch_size"}},
      {{"sampling.classes"}, {"num_classes", "classes_per_batch"}},
      {{"sampling.images_per_class"}, {"num_instances", "samples_per_class", "images_per_identity"}},
      {{"sampling.method"}, {"sampler", "mining"}},
      {{"augment.mirror"}, {"flip", "hflip", "horizontal_flip"}},
      {{"augment.colour"}, {"color", "color_jitter", "brightness"}},
      {{"augment.grey"}, {"gray", "grayscale"}},
      {{"augment.shift"}, {"translate"}},
      {{"augment.rotation"}, {"rotate", "degrees"}},
      {{"evaluate.every"}, {"eval_every", "eval_interval", "val_interval"}},
      {{"evaluate.pairs"}, {"lfw", "val_pairs"}},
      {{"evaluate.patience"}, {"early_stop", "early_stopping"}},
      {{"checkpoint.every"}, {"save_every", "save_interval", "checkpoint_interval"}},
      {{"log.every"}, {"log_interval", "print_freq"}},
      {{"cuda.precision"}, {"amp", "tf32"}},
  };
  return words;
}

std::vector<std::string> keys_for(std::string_view word) {
  const std::string spelt = as_keys_are(word);
  std::vector<std::string> keys = meant_by(spelt);
  for (const config::Key& key : config::keys()) {
    if (keys.empty() && (key.name == spelt || last_part(key.name) == spelt)) keys.push_back(key.name);
  }
  return keys;
}

std::string key_suggestion(std::string_view name) {
  if (name.size() > longest) return all_keys;
  const std::string spelt = as_keys_are(name);
  std::vector<std::string> keys = meant_by(spelt);
  if (keys.empty()) keys = meant_by(last_part(spelt));
  if (keys.empty()) keys = {nearest_key(name)};
  return keys[0].empty() ? all_keys : fmt::format("; did you mean {}?", listed(keys));
}

std::string listed(const std::vector<std::string>& names, const char* last) {
  if (names.size() < 2) return names.empty() ? "" : names[0];
  return fmt::format("{} {} {}", fmt::join(names.begin(), names.end() - 1, ", "), last, names.back());
}

}  // namespace dg
