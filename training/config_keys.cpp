#include "training/config_keys.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace dg {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string toml_string(const std::string& s) { return "\"" + s + "\""; }

// Shortest text that reads back to the same double, and that TOML sees as a float.
std::string real_text(double v) {
  std::string s = fmt::format("{}", v);
  return s.find_first_of(".en") == std::string::npos ? s + ".0" : s;
}

template <class Get>
ConfigKey integer(const char* name, Get get, std::int64_t low, const char* doc) {
  return {name, doc, fmt::format("integer >= {}", low),
          [=](Config& c, const toml::node& n) {
            const auto v = n.value_exact<std::int64_t>();
            if (!v || *v < low) return false;
            get(c) = static_cast<std::remove_reference_t<decltype(get(c))>>(*v);
            return true;
          },
          [=](const Config& c) { return fmt::format("{}", get(const_cast<Config&>(c))); }};
}

template <class Get>
ConfigKey real(const char* name, Get get, double low, double high, const char* doc) {
  const std::string range =
      high == infinity ? fmt::format("number >= {}", low) : fmt::format("number in {}..{}", low, high);
  return {name, doc, range,
          [=](Config& c, const toml::node& n) {
            if (!n.is_number()) return false;
            const double v = *n.value<double>();
            if (!(v >= low && v <= high && std::isfinite(v))) return false;
            get(c) = v;
            return true;
          },
          [=](const Config& c) { return real_text(get(const_cast<Config&>(c))); }};
}

template <class Get>
ConfigKey boolean(const char* name, Get get, const char* doc) {
  return {name, doc, "true or false",
          [=](Config& c, const toml::node& n) {
            const auto v = n.value_exact<bool>();
            if (v) get(c) = *v;
            return v.has_value();
          },
          [=](const Config& c) {
            return get(const_cast<Config&>(c)) ? std::string("true") : std::string("false");
          }};
}

template <class Get>
ConfigKey choice(const char* name, Get get, const std::vector<std::string>& choices, const char* doc) {
  ConfigKey key{.name = name, .doc = doc};
  for (const std::string& s : choices) key.range += (key.range.empty() ? "" : " or ") + toml_string(s);
  key.read = [get, choices](Config& c, const toml::node& n) {
    const auto v = n.value_exact<std::string>();
    if (!v || std::find(choices.begin(), choices.end(), *v) == choices.end()) return false;
    get(c) = *v;
    return true;
  };
  key.write = [get](const Config& c) { return toml_string(get(const_cast<Config&>(c))); };
  return key;
}

// Integers of an array, each >= low; false if anything else is in it.
bool read_integers(const toml::node& n, std::int64_t low, std::vector<std::int64_t>& out) {
  const toml::array* array = n.as_array();
  if (array == nullptr) return false;
  std::vector<std::int64_t> values;
  for (const toml::node& element : *array) {
    const auto v = element.value_exact<std::int64_t>();
    if (!v || *v < low) return false;
    values.push_back(*v);
  }
  out = values;
  return true;
}

template <class Get>
ConfigKey integers(const char* name, Get get, const char* doc) {
  return {name, doc, "array of integers >= 1",
          [=](Config& c, const toml::node& n) { return read_integers(n, 1, get(c)); },
          [=](const Config& c) { return fmt::format("[{}]", fmt::join(get(const_cast<Config&>(c)), ", ")); }};
}

ConfigKey base_identities() {
  return {"data.base_identities",
          "who is trained on: the first N identities in name order, all, or auto: 10% (at most 1,000; none "
          "below 50 identities), "
          "drawn by seed, are held out",
          "integer >= 1, \"auto\" or \"all\"",
          [](Config& c, const toml::node& n) {
            if (const auto v = n.value_exact<std::int64_t>()) {
              c.data.base_identities = fmt::format("{}", *v);
              return *v >= 1;
            }
            const auto s = n.value_exact<std::string>();
            if (s) c.data.base_identities = *s;
            return s && (*s == "auto" || *s == "all");
          },
          [](const Config& c) {
            const std::string& s = c.data.base_identities;
            return s == "auto" || s == "all" ? toml_string(s) : s;
          }};
}

ConfigKey crop() {
  return {"data.crop", "part of each photo to use, in its own pixels: [x, y, width, height]; [] = all of it",
          "[] or four integers >= 0",
          [](Config& c, const toml::node& n) {
            std::vector<std::int64_t> v;
            if (!read_integers(n, 0, v) || (v.size() != 4 && !v.empty())) return false;
            c.data.crop.reset();
            if (!v.empty()) {
              c.data.crop = CropBox{static_cast<int>(v[0]), static_cast<int>(v[1]), static_cast<int>(v[2]),
                                    static_cast<int>(v[3])};
            }
            return true;
          },
          [](const Config& c) {
            const auto& b = c.data.crop;
            return b ? fmt::format("[{}, {}, {}, {}]", b->x, b->y, b->width, b->height) : std::string("[]");
          }};
}

ConfigKey images_per_class() {
  return {
      "sampling.images_per_class",
      "images of each class in a batch (K): a number, or a range to draw from: \"2..8\" or [2, 8]",
      "integer >= 1, \"lo..hi\" or [lo, hi]",
      [](Config& c, const toml::node& n) {
        std::vector<std::int64_t> v;
        if (const auto k = n.value_exact<std::int64_t>()) {
          v = {*k, *k};
        } else if (const auto s = n.value_exact<std::string>()) {
          std::int64_t lo = 0, hi = 0;
          const char *begin = s->data(), *end = begin + s->size();
          const auto first = std::from_chars(begin, end, lo);
          if (first.ec != std::errc() || end - first.ptr < 3 || first.ptr[0] != '.' || first.ptr[1] != '.')
            return false;
          if (std::from_chars(first.ptr + 2, end, hi).ptr != end) return false;
          v = {lo, hi};
        } else if (!read_integers(n, 1, v)) {
          return false;
        }
        if (v.size() != 2 || v[0] < 1 || v[1] < v[0]) return false;
        c.sampling.images_per_class = {v[0], v[1]};
        return true;
      },
      [](const Config& c) {
        const ImagesPerClass& k = c.sampling.images_per_class;
        return k.lo == k.hi ? fmt::format("{}", k.lo) : fmt::format("[{}, {}]", k.lo, k.hi);
      }};
}

#define DG_AT(member) \
  [](Config & c) -> auto& { return c.member; }

std::vector<ConfigKey> make_keys() {
  std::vector<ConfigKey> k;
  k.push_back(integer("seed", DG_AT(seed), 0, "seed of everything random"));
  k.push_back(integer("steps", DG_AT(steps), 1, "length of the schedule"));

  k.push_back(base_identities());
  k.push_back(integer("data.base_test_photos", DG_AT(data.base_test_photos), 0,
                      "the last n photos of each base identity test, the others train"));
  k.push_back(integer("data.workers", DG_AT(data.workers), 0,
                      "threads that decode photos; 0 = the compute thread does"));
  k.push_back(integer("data.cache_mb", DG_AT(data.cache_mb), 0,
                      "memory for decoded photos, in MiB; those beyond are decoded every time"));
  k.push_back(real("data.max_broken", DG_AT(data.max_broken), 0, 1,
                   "share of photos that may fail to decode before the run stops (from 20 on)"));
  k.push_back(crop());

  k.push_back(integer("network.input", DG_AT(network.input), 1, "pixels a side of the network's input"));
  k.push_back(real("network.width", DG_AT(network.width), 0, infinity,
                   "multiplier of Table 1's channels (1 = a stem of 64)"));
  k.push_back(integer("network.embedding", DG_AT(network.embedding), 1, "numbers per face"));
  k.push_back(integers("network.blocks", DG_AT(network.blocks), "residual blocks of each stage"));
  k.push_back(integers("network.branches", DG_AT(network.branches),
                       "dilated branches of the convolution between two stages"));
  k.push_back(choice("network.padding", DG_AT(network.padding), {"same", "valid"},
                     "valid = Table 1's sizes; same = for small inputs, so that all stages survive"));
  k.push_back(choice("network.shortcut", DG_AT(network.shortcut), {"projection", "zero_pad"},
                     "shortcut of a residual block whose channels grow"));

  k.push_back(integer("init.lsuv_images", DG_AT(init.lsuv_images), 2, "training photos that LSUV looks at"));
  k.push_back(choice("init.classifier", DG_AT(init.classifier), {"zero", "normal"},
                     "classifier weights at the start"));
  k.push_back(real("init.classifier_sd", DG_AT(init.classifier_sd), 0, infinity,
                   "standard deviation of a normal start"));
  k.push_back(boolean("init.centre", DG_AT(init.centre), "centre the embedding once at the start"));

  k.push_back(
      real("loss.l2_softmax", DG_AT(loss.l2_softmax), 0, infinity, "weight of the L2-Softmax loss; 0 = off"));
  k.push_back(
      real("loss.lifted", DG_AT(loss.lifted), 0, infinity, "weight of the lifted structured loss; 0 = off"));
  k.push_back(real("loss.margin", DG_AT(loss.margin), 0, infinity, "weight of the margin loss; 0 = off"));
  k.push_back(real("loss.l2_alpha", DG_AT(loss.l2_alpha), 1, infinity,
                   "scale of the embedding under the L2-Softmax, at the start"));
  k.push_back(boolean("loss.l2_alpha_trainable", DG_AT(loss.l2_alpha_trainable), "train that scale"));
  k.push_back(real("loss.lifted_alpha", DG_AT(loss.lifted_alpha), 1, infinity,
                   "scale of the embedding under the lifted structured loss, at the start"));
  k.push_back(choice("loss.lifted_distance", DG_AT(loss.lifted_distance), {"euclidean", "cosine"},
                     "what the lifted structured loss measures"));
  k.push_back(real("loss.margin_alpha", DG_AT(loss.margin_alpha), 0, infinity,
                   "margin of the margin loss (alpha of eq. 2)"));
  k.push_back(real("loss.margin_beta", DG_AT(loss.margin_beta), -1, 1,
                   "boundary of the margin loss (beta of eq. 2), at the start"));
  k.push_back(real("loss.margin_beta_rate", DG_AT(loss.margin_beta_rate), 0, infinity,
                   "times the learning rate, for beta"));
  k.push_back(
      integer("loss.margin_start", DG_AT(loss.margin_start), 0, "step at which the margin loss starts"));

  k.push_back(real("optim.rate", DG_AT(optim.rate), 0, infinity, "learning rate at the start"));
  k.push_back(real("optim.final_rate", DG_AT(optim.final_rate), 0, infinity,
                   "learning rate at the end of the cosine"));
  k.push_back(real("optim.momentum", DG_AT(optim.momentum), 0, 0.9999, "Nesterov momentum"));
  k.push_back(real("optim.decay", DG_AT(optim.decay), 0, infinity,
                   "weight decay of convolution, fc and classifier weights"));
  k.push_back(boolean("optim.rate_inside", DG_AT(optim.rate_inside),
                      "apply the rate before, not after, the momentum buffer"));
  k.push_back(real("optim.clip_norm", DG_AT(optim.clip_norm), 0, infinity,
                   "clip the norm of all gradients together; 0 = off"));
  k.push_back(integer("optim.warmup", DG_AT(optim.warmup), 0, "steps of linear warm-up; 0 = none"));
  k.push_back(integer("optim.restart_period", DG_AT(optim.restart_period), 0,
                      "steps of the first SGDR period; 0 = no restarts"));
  k.push_back(real("optim.restart_factor", DG_AT(optim.restart_factor), 1, infinity,
                   "each SGDR period is this much longer than the one before"));

  k.push_back(integer("sampling.batch", DG_AT(sampling.batch), 1, "images in a batch (M)"));
  k.push_back(
      integer("sampling.classes", DG_AT(sampling.classes), 0,
              "classes in a batch (N_c); 0 = batch / images_per_class, and drawn when that is a range"));
  k.push_back(images_per_class());
  k.push_back(integer("sampling.random_classes", DG_AT(sampling.random_classes), 1,
                      "random classes in a batch (N_r); N_r = N_c is random sampling"));
  k.push_back(integer("sampling.lag", DG_AT(sampling.lag), 0,
                      "batch t is built from the doppelganger list as of step t - lag"));
  k.push_back(choice("sampling.update_rule", DG_AT(sampling.update_rule), {"highest", "last"},
                     "which image of a class decides its doppelganger"));

  k.push_back(boolean("augment.mirror", DG_AT(augment.mirror), "mirror half of the photos"));
  k.push_back(real("augment.colour", DG_AT(augment.colour), 0, 255,
                   "largest shift of a colour channel (0..255 scale)"));
  k.push_back(real("augment.grey", DG_AT(augment.grey), 0, 1, "share of photos that lose their colour"));
  k.push_back(real("augment.shift", DG_AT(augment.shift), 0, infinity,
                   "largest shift, in pixels of the network's input"));
  k.push_back(real("augment.rotation", DG_AT(augment.rotation), 0, 3.2, "largest rotation, in radians"));
  k.push_back(real("augment.scale", DG_AT(augment.scale), 0, 0.9, "largest change of size, as a share"));
  k.push_back(
      real("augment.contrast", DG_AT(augment.contrast), 0, 1, "largest change of contrast, as a share"));

  k.push_back(integer("evaluate.every", DG_AT(evaluate.every), 0,
                      "steps between evaluations on the held-out identities; 0 = none"));
  k.push_back(choice("guard.collapse", DG_AT(guard.collapse), {"stop", "warn"},
                     "what happens when the embedding has collapsed"));
  k.push_back(
      integer("guard.collapse_steps", DG_AT(guard.collapse_steps), 1, "after this many steps in a row"));
  k.push_back(real("guard.collapse_cosine", DG_AT(guard.collapse_cosine), -1, 1,
                   "with a mean cosine of negative pairs above this"));
  k.push_back(integer("log.every", DG_AT(log.every), 1, "steps between two lines of metrics"));
  return k;
}

#undef DG_AT

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

}  // namespace dg
