// The keys of a configuration: how each is read, checked, written and described. training/config/keys.cpp
// has them all but those of the losses, which are in training/config/loss_keys.cpp; reading, `to_toml`,
// `differences`, `validate` and docs/configuration.md follow from keys() alone.
#pragma once
#include <fmt/format.h>

#include <toml++/toml.h>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "training/config/choices.h"
#include "training/config/config.h"

namespace dg::config {

/// How soon somebody who trains has to do with a key: docs/configuration.md has a table for each.
enum class Tier { matters, may_matter, rest };

struct Key {
  std::string name;    // "section.key", or "key" at the top level
  std::string doc;     // one line
  std::string values;  // for people, as in "must be ...": "an integer >= 1"
  std::string paper;   // the paper's value as TOML, where it is not the default
  std::function<bool(Config&, const toml::node&)> read;  // false, and nothing set: wrong type or out of range
  std::function<bool(const Config&)> valid;              // false: out of range
  std::function<std::string(const Config&)> write;       // as TOML
  bool results = true;  // false: results do not depend on it, and a resumed run may change it
  Tier tier = Tier::rest;
};

/// All keys, section by section, in the order in which they are written.
const std::vector<Key>& keys();

/// The section of "section.key"; empty for a key at the top level.
inline std::string_view section_of(std::string_view name) {
  const auto dot = name.find('.');
  return dot == std::string_view::npos ? "" : name.substr(0, dot);
}

/// The names of the keys of a tier, and why they are in it; those that are in no list are the rest.
struct TierText {
  Tier tier;
  const char* heading;
  const char* why;  // one sentence or two
  std::vector<std::string_view> keys;
};
const std::vector<TierText>& tiers();

/// The section [loss], and an Error where its values do not fit together.
std::vector<Key> loss_keys();
void check_losses(const Config& c);

// The keys that are not of one simple type (training/config/special_keys.cpp).
Key base_identities_key();
Key cache_key();
Key crop_key();
Key images_per_class_key();

/// Limits of keys; the first two mean that there is none.
constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t million = 1'000'000, billion = 1'000'000'000;
/// For numbers that become an int where they are used.
constexpr std::int64_t largest_int = std::numeric_limits<int>::max();

/// Shortest text that reads back to the same double and that TOML takes for a float.
std::string real_text(double v);
/// A TOML string of any text.
std::string quoted(const std::string& text);
/// A TOML array of integers and nothing else; otherwise empty.
std::optional<std::vector<std::int64_t>> read_integers(const toml::node& n);
/// Whether low <= v <= high for each.
bool in_range(const std::vector<std::int64_t>& values, std::int64_t low, std::int64_t high);

/// The member of a Config, const or not, as the function `get` below: DG_AT(loss.margin).
#define DG_AT(member) \
  [](auto& c) -> auto& { return c.member; }

/// What DG_AT(...) leads to.
template <class Get>
using Member = std::remove_cvref_t<std::invoke_result_t<Get, Config&>>;

/// A key from its parts: `parse` makes an optional value of a TOML node, empty where that is of a wrong type;
/// `valid` says whether a value is in range; `write` gives a value as TOML.
template <class Get, class Parse, class Valid, class Write>
Key make_key(const char* name, Get get, const char* doc, std::string values, Parse parse, Valid valid,
             Write write) {
  return {.name = name,
          .doc = doc,
          .values = std::move(values),
          .paper = "",
          .read =
              [=](Config& c, const toml::node& n) {
                const std::optional<Member<Get>> v = parse(n);
                if (!v || !valid(*v)) return false;
                get(c) = *v;
                return true;
              },
          .valid = [=](const Config& c) { return valid(get(c)); },
          .write = [=](const Config& c) { return write(get(c)); }};
}

template <class Get>
Key integer(const char* name, Get get, std::int64_t low, std::int64_t high, const char* doc) {
  using T = Member<Get>;
  return make_key(
      name, get, doc,
      high == no_limit ? fmt::format("an integer >= {}", low)
                       : fmt::format("an integer in {}..{}", low, high),
      [](const toml::node& n) -> std::optional<T> {
        const auto v = n.value_exact<std::int64_t>();
        if (!v || !std::in_range<T>(*v)) return std::nullopt;
        return static_cast<T>(*v);
      },
      [=](T v) { return std::cmp_greater_equal(v, low) && std::cmp_less_equal(v, high); },
      [](T v) { return fmt::format("{}", v); });
}

/// An integer is a number too. Never takes inf or nan.
template <class Get>
Key real(const char* name, Get get, double low, double high, const char* doc) {
  return make_key(
      name, get, doc,
      high == infinity ? fmt::format("a number >= {}", low) : fmt::format("a number in {}..{}", low, high),
      [](const toml::node& n) { return n.is_number() ? n.value<double>() : std::nullopt; },
      [=](double v) { return v >= low && v <= high && std::isfinite(v); }, real_text);
}

/// Any text of one line.
template <class Get>
Key text(const char* name, Get get, const char* doc) {
  return make_key(
      name, get, doc, "a string", [](const toml::node& n) { return n.value_exact<std::string>(); },
      [](const std::string& v) { return v.find('\n') == std::string::npos; }, quoted);
}

template <class Get>
Key boolean(const char* name, Get get, const char* doc) {
  return make_key(
      name, get, doc, "true or false", [](const toml::node& n) { return n.value_exact<bool>(); },
      [](bool) { return true; }, [](bool v) { return std::string(v ? "true" : "false"); });
}

/// The word of an enum's value as TOML, or its number when it is none of the enum's.
template <class E>
std::string choice_text(const Choices<E>& choices, E value) {
  const std::string word = word_of(choices, value);
  return word.empty() ? fmt::format("{}", static_cast<int>(value)) : fmt::format("\"{}\"", word);
}

/// A member of an enum type.
template <class Get>
Key choice(const char* name, Get get, const Choices<Member<Get>>& choices, const char* doc) {
  using E = Member<Get>;
  return make_key(
      name, get, doc, list_words(choices, "\""),
      [=](const toml::node& n) { return value_of(choices, n.value_exact<std::string>().value_or("")); },
      [=](E v) { return !word_of(choices, v).empty(); }, [=](E v) { return choice_text(choices, v); });
}

template <class Get>
Key integers(const char* name, Get get, std::int64_t low, std::int64_t high, const char* doc) {
  using T = std::vector<std::int64_t>;
  return make_key(
      name, get, doc, fmt::format("an array of integers in {}..{}", low, high), read_integers,
      [=](const T& v) { return in_range(v, low, high); },
      [](const T& v) { return fmt::format("[{}]", fmt::join(v, ", ")); });
}

/// The same key with the paper's value, as TOML.
inline Key paper(std::string value, Key key) {
  key.paper = std::move(value);
  return key;
}

/// The same key, marked as one that no result depends on.
inline Key speed_or_log(Key key) {
  key.results = false;
  return key;
}

}  // namespace dg::config
