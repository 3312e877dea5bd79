// The keys that take more than one form, and how values are read from and written as TOML.
#include <fmt/ranges.h>

#include <charconv>

#include "training/config/keys.h"

namespace dg {
namespace {

constexpr std::int64_t largest_int = std::numeric_limits<int>::max();

// "2..8" -> {2, 8}; nothing else.
std::optional<ImagesPerClass> parse_range(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  ImagesPerClass k{.lo = 0, .hi = 0};
  const char *begin = text.data(), *middle = begin + dots, *end = begin + text.size();
  if (std::from_chars(begin, middle, k.lo).ptr != middle || middle == begin) return std::nullopt;
  if (std::from_chars(middle + 2, end, k.hi).ptr != end || middle + 2 == end) return std::nullopt;
  return k;
}

std::optional<ImagesPerClass> parse_images_per_class(const toml::node& n) {
  std::vector<std::int64_t> pair;
  if (const auto k = n.value_exact<std::int64_t>()) return ImagesPerClass{*k, *k};
  if (const auto s = n.value_exact<std::string>()) return parse_range(*s);
  if (read_integers(n, 1, largest_int, pair) && pair.size() == 2) return ImagesPerClass{pair[0], pair[1]};
  return std::nullopt;
}

}  // namespace

std::string real_text(double v) {
  const std::string s = fmt::format("{}", v);
  return s.find_first_of(".en") == std::string::npos ? s + ".0" : s;  // n: of inf and nan
}

bool read_integers(const toml::node& n, std::int64_t low, std::int64_t high, std::vector<std::int64_t>& out) {
  const toml::array* array = n.as_array();
  if (array == nullptr) return false;
  std::vector<std::int64_t> values;
  for (const toml::node& element : *array) {
    const auto v = element.value_exact<std::int64_t>();
    if (!v || *v < low || *v > high) return false;
    values.push_back(*v);
  }
  out = values;
  return true;
}

std::string list_choices(const std::vector<std::string>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ", choices[i]);
  }
  return text;
}

ConfigKey base_identities_key() {
  return {.name = "data.base_identities",
          .doc =
              "who is trained on: the first N identities in name order, \"all\", or \"auto\": 10% of the "
              "identities, at most 1,000 and none below 50, drawn by seed, are held out as novel",
          .values = "an integer >= 1, \"auto\" or \"all\"",
          .read =
              [](Config& c, const toml::node& n) {
                if (const auto v = n.value_exact<std::int64_t>()) {
                  if (*v < 1 || *v > largest_int) return false;
                  c.data.base_identities = fmt::format("{}", *v);
                  return true;
                }
                const auto s = n.value_exact<std::string>();
                if (!s || (*s != "auto" && *s != "all")) return false;
                c.data.base_identities = *s;
                return true;
              },
          .write =
              [](const Config& c) {
                const std::string& s = c.data.base_identities;
                const bool number = !s.empty() && s.find_first_not_of("0123456789") == std::string::npos;
                return number ? s : "\"" + s + "\"";
              }};
}

ConfigKey cache_key() {
  constexpr std::int64_t most = 1'000'000'000;
  return {
      .name = "data.cache_mb",
      .doc =
          "memory for decoded photos, in MiB; photos beyond it are decoded at every use; \"auto\": 4096 for "
          "a folder, 0 for a dataset.toml",
      .values = fmt::format("an integer in 0..{} or \"auto\"", most),
      .read =
          [](Config& c, const toml::node& n) {
            const auto v = n.value_exact<std::int64_t>();
            if (v ? *v < 0 || *v > most : n.value_exact<std::string>() != "auto") return false;
            c.data.cache_mb = v;
            return true;
          },
      .write =
          [](const Config& c) {
            return c.data.cache_mb ? fmt::format("{}", *c.data.cache_mb) : std::string("\"auto\"");
          }};
}

ConfigKey crop_key() {
  return {
      .name = "data.crop",
      .doc = "part of each photo to use, in the photo's own pixels: [x, y, width, height]; [] = all of it",
      .values = "[] or [x, y, width, height]",
      .read =
          [](Config& c, const toml::node& n) {
            std::vector<std::int64_t> v;
            if (!read_integers(n, 0, largest_int, v)) return false;
            if (v.empty()) {
              c.data.crop.reset();
              return true;
            }
            if (v.size() != 4 || v[2] == 0 || v[3] == 0) return false;
            c.data.crop = CropBox{.x = static_cast<int>(v[0]),
                                  .y = static_cast<int>(v[1]),
                                  .width = static_cast<int>(v[2]),
                                  .height = static_cast<int>(v[3])};
            return true;
          },
      .write =
          [](const Config& c) {
            const auto& b = c.data.crop;
            return b ? fmt::format("[{}, {}, {}, {}]", b->x, b->y, b->width, b->height) : std::string("[]");
          }};
}

ConfigKey images_per_class_key() {
  return {.name = "sampling.images_per_class",
          .doc = "images of each class in a batch: a number (K), or a range to draw from, \"2..8\" or [2, 8]",
          .values = "an integer >= 1, \"lo..hi\" or [lo, hi] with 1 <= lo <= hi",
          .read =
              [](Config& c, const toml::node& n) {
                const auto k = parse_images_per_class(n);
                if (!k || k->lo < 1 || k->hi < k->lo || k->hi > largest_int) return false;
                c.sampling.images_per_class = *k;
                return true;
              },
          .write =
              [](const Config& c) {
                const ImagesPerClass& k = c.sampling.images_per_class;
                return k.lo == k.hi ? fmt::format("{}", k.lo) : fmt::format("[{}, {}]", k.lo, k.hi);
              }};
}

}  // namespace dg
