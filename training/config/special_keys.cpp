// The keys that take more than one form.
#include <charconv>

#include "training/config/keys.h"

namespace dg::config {
namespace {

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
  if (const auto k = n.value_exact<std::int64_t>()) return ImagesPerClass{*k, *k};
  if (const auto text = n.value_exact<std::string>()) return parse_range(*text);
  const auto pair = read_integers(n);
  if (pair && pair->size() == 2) return ImagesPerClass{pair->at(0), pair->at(1)};
  return std::nullopt;
}

}  // namespace

Key base_identities_key() {
  using Base = SplitOptions::Base;
  const Choices<Base> words{{Base::automatic, "auto"}, {Base::all, "all"}};
  return make_key(
      "data.base_identities", DG_AT(data.base_identities),
      "who is trained on: the first N identities in name order, \"all\", or \"auto\": 10% of the "
      "identities, at most 1,000 and none below 50, drawn by data.split_seed, are held out as novel",
      "an integer >= 1, \"auto\" or \"all\"",
      [=](const toml::node& n) -> std::optional<BaseIdentities> {
        if (const auto count = n.value_exact<std::int64_t>()) return BaseIdentities{Base::first, *count};
        const auto rule = value_of(words, n.value_exact<std::string>().value_or(""));
        if (!rule) return std::nullopt;
        return BaseIdentities{.rule = *rule};
      },
      [=](const BaseIdentities& b) {
        if (b.rule == Base::first) return b.count >= 1 && b.count <= largest_int;
        return !word_of(words, b.rule).empty();
      },
      [=](const BaseIdentities& b) {
        return b.rule == Base::first ? fmt::format("{}", b.count) : choice_text(words, b.rule);
      });
}

Key cache_key() {
  using CacheSize = std::optional<std::int64_t>;  // MiB; empty: "auto"
  return make_key(
      "data.cache_mb", DG_AT(data.cache_mb),
      "memory for decoded photos, in MiB; photos beyond it are decoded at every use; \"auto\": a "
      "quarter of the memory that the process may use, at most 4096, for a folder, 0 for a dataset.toml",
      fmt::format("an integer in 0..{} or \"auto\"", billion),
      [](const toml::node& n) -> std::optional<CacheSize> {
        const CacheSize v = n.value_exact<std::int64_t>();
        if (!v && n.value_exact<std::string>() != "auto") return std::nullopt;
        return std::make_optional(v);
      },
      [](const CacheSize& v) { return !v || (*v >= 0 && *v <= billion); },
      [](const CacheSize& v) { return v ? fmt::format("{}", *v) : std::string("\"auto\""); });
}

Key crop_key() {
  using Crop = std::optional<CropBox>;  // empty: the whole photo
  return make_key(
      "data.crop", DG_AT(data.crop),
      "part of each photo to use, in the photo's own pixels: [x, y, width, height]; [] = all of it",
      "[] or [x, y, width, height]",
      [](const toml::node& n) -> std::optional<Crop> {
        const auto v = read_integers(n);
        if (!v || !in_range(*v, 0, largest_int)) return std::nullopt;
        if (v->empty()) return std::make_optional(Crop());
        if (v->size() != 4) return std::nullopt;
        const auto at = [&](std::size_t i) { return static_cast<int>((*v)[i]); };
        return Crop({.x = at(0), .y = at(1), .width = at(2), .height = at(3)});
      },
      [](const Crop& b) { return !b || (b->x >= 0 && b->y >= 0 && b->width > 0 && b->height > 0); },
      [](const Crop& b) {
        return b ? fmt::format("[{}, {}, {}, {}]", b->x, b->y, b->width, b->height) : std::string("[]");
      });
}

Key images_per_class_key() {
  return make_key(
      "sampling.images_per_class", DG_AT(sampling.images_per_class),
      "images of each class in a batch: a number (K), or a range to draw from, \"2..8\" or [2, 8]",
      "an integer >= 1, \"lo..hi\" or [lo, hi] with 1 <= lo <= hi", parse_images_per_class,
      [](const ImagesPerClass& k) { return 1 <= k.lo && k.lo <= k.hi && k.hi <= largest_int; },
      [](const ImagesPerClass& k) {
        return k.lo == k.hi ? fmt::format("{}", k.lo) : fmt::format("[{}, {}]", k.lo, k.hi);
      });
}

}  // namespace dg::config
