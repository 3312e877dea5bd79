// One key of the configuration: how it is read, written, checked and described. training/config/keys.cpp
// lists them all (training/config/loss_keys.cpp those of the losses); reading, `to_toml`, `differences`,
// `validate` and docs/configuration.md follow from that table alone.
#pragma once
#include <fmt/format.h>

#include <toml++/toml.h>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "training/config/config.h"

namespace dg {

struct ConfigKey {
  std::string name;    // "section.key", or "key" at the top level
  std::string doc;     // one line
  std::string values;  // for people, as in "must be ...": "an integer >= 1"
  std::string paper;   // the paper's value as TOML, where it is not the default
  std::function<bool(Config&, const toml::node&)> read;  // false: wrong type or out of range
  std::function<std::string(const Config&)> write;       // as TOML
  bool results = true;  // false: results do not depend on it, and a resumed run may change it
};

/// All keys, section by section, in the order in which they are written.
const std::vector<ConfigKey>& config_keys();

/// The section [loss], and what its values must be together.
std::vector<ConfigKey> loss_keys();
void check_losses(const Config& c);

// Keys of a simple type. `get` returns a reference to the member of a Config, const or not.

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t million = 1'000'000, billion = 1'000'000'000;

/// The `get` of a member: DG_AT(loss.margin).
#define DG_AT(member) \
  [](auto& c) -> auto& { return c.member; }

/// Shortest text that reads back to the same double and that TOML takes for a float.
std::string real_text(double v);
/// Integers of a TOML array, each in low..high; false, and `out` as it was, if anything else is in it.
bool read_integers(const toml::node& n, std::int64_t low, std::int64_t high, std::vector<std::int64_t>& out);
/// `"a", "b" or "c"`.
std::string list_choices(const std::vector<std::string>& choices);

template <class Get>
ConfigKey integer(const char* name, Get get, std::int64_t low, std::int64_t high, const char* doc) {
  using Member = std::remove_cvref_t<decltype(get(std::declval<Config&>()))>;
  return {.name = name,
          .doc = doc,
          .values = high == no_limit ? fmt::format("an integer >= {}", low)
                                     : fmt::format("an integer in {}..{}", low, high),
          .read =
              [=](Config& c, const toml::node& n) {
                const auto v = n.value_exact<std::int64_t>();
                if (!v || *v < low || *v > high) return false;
                get(c) = static_cast<Member>(*v);
                return true;
              },
          .write = [=](const Config& c) { return fmt::format("{}", get(c)); }};
}

/// An integer is a number too. Never takes inf or nan.
template <class Get>
ConfigKey real(const char* name, Get get, double low, double high, const char* doc) {
  return {.name = name,
          .doc = doc,
          .values = high == infinity ? fmt::format("a number >= {}", low)
                                     : fmt::format("a number in {}..{}", low, high),
          .read =
              [=](Config& c, const toml::node& n) {
                if (!n.is_number()) return false;
                const double v = *n.value<double>();
                if (!(v >= low && v <= high && std::isfinite(v))) return false;
                get(c) = v;
                return true;
              },
          .write = [=](const Config& c) { return real_text(get(c)); }};
}

template <class Get>
ConfigKey boolean(const char* name, Get get, const char* doc) {
  return {.name = name,
          .doc = doc,
          .values = "true or false",
          .read =
              [=](Config& c, const toml::node& n) {
                const auto v = n.value_exact<bool>();
                if (v) get(c) = *v;
                return v.has_value();
              },
          .write = [=](const Config& c) { return std::string(get(c) ? "true" : "false"); }};
}

template <class Get>
ConfigKey choice(const char* name, Get get, const std::vector<std::string>& choices, const char* doc) {
  return {.name = name,
          .doc = doc,
          .values = list_choices(choices),
          .read =
              [=](Config& c, const toml::node& n) {
                const auto v = n.value_exact<std::string>();
                if (!v || std::find(choices.begin(), choices.end(), *v) == choices.end()) return false;
                get(c) = *v;
                return true;
              },
          .write = [=](const Config& c) { return fmt::format("\"{}\"", get(c)); }};
}

template <class Get>
ConfigKey integers(const char* name, Get get, std::int64_t low, std::int64_t high, const char* doc) {
  return {.name = name,
          .doc = doc,
          .values = fmt::format("an array of integers in {}..{}", low, high),
          .read = [=](Config& c, const toml::node& n) { return read_integers(n, low, high, get(c)); },
          .write = [=](const Config& c) { return fmt::format("[{}]", fmt::join(get(c), ", ")); }};
}

/// The same key with the paper's value beside it, as TOML.
inline ConfigKey paper(const char* value, ConfigKey key) {
  key.paper = value;
  return key;
}

// Keys of several forms (training/config/forms.cpp).
ConfigKey base_identities_key();
ConfigKey cache_key();
ConfigKey crop_key();
ConfigKey images_per_class_key();

}  // namespace dg
