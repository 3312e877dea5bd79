#include "data/split.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tensor/check.h"

namespace dg {
namespace {

// Base::automatic: one of `automatic_share` identities is novel, at most `automatic_most`, which is as many
// as in the paper's set; with fewer than `automatic_from` identities there would be too few novel ones to
// measure.
constexpr ClassId automatic_from = 50, automatic_most = 1'000, automatic_share = 10;

std::vector<bool> choose_base(const PhotoSet& set, const SplitOptions& options, Rng& rng) {
  const auto classes = static_cast<ClassId>(set.classes.size());
  std::vector<bool> is_base(classes, true);
  if (options.base == SplitOptions::Base::named) {
    for (ClassId c = 0; c < classes; ++c) is_base[c] = options.names.contains(set.classes[c]);
  }
  if (options.base == SplitOptions::Base::first) {
    require(options.first_identities >= 1 && options.first_identities <= classes, "split",
            "data.base_identities must be 1..{} (the identities there are), got {}", classes,
            options.first_identities);
    std::fill(is_base.begin() + options.first_identities, is_base.end(), false);
  }
  if (options.base == SplitOptions::Base::automatic && classes >= automatic_from) {
    // The first entries of a Fisher-Yates shuffle are a draw without replacement.
    std::vector<ClassId> order(classes);
    std::iota(order.begin(), order.end(), 0);
    const ClassId novel = std::min(classes / automatic_share, automatic_most);
    for (ClassId i = 0; i < novel; ++i) {
      std::swap(order[i], order[i + rng.below(static_cast<std::uint64_t>(classes - i))]);
      is_base[order[i]] = false;
    }
  }
  return is_base;
}

}  // namespace

std::int64_t count_untested(const Split& split) {
  return std::ranges::count_if(split.base_test, &std::vector<PhotoId>::empty);
}

std::vector<PhotoId> flatten(const std::vector<std::vector<PhotoId>>& lists) {
  std::vector<PhotoId> all;
  for (const std::vector<PhotoId>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Split split_photos(const PhotoSet& set, const SplitOptions& options, Rng rng) {
  require(options.base_test_photos >= 0, "split", "base_test_photos must be 0 or more, got {}",
          options.base_test_photos);
  const auto classes = static_cast<ClassId>(set.classes.size());
  const std::vector<bool> is_base = choose_base(set, options, rng);
  Split split;
  for (ClassId c = 0; c < classes; ++c) {
    const std::vector<PhotoId> photos = set.photos_of(c);
    if (!is_base[c]) {
      split.training_class.push_back(no_class);
      split.novel_classes.push_back(c);
      split.novel_enrol.push_back(photos.front());
      split.novel_test.emplace_back(photos.begin() + 1, photos.end());
      continue;
    }
    const bool enough = std::ssize(photos) > options.base_test_photos;
    require(enough || !options.strict, "split",
            "identity {} has {} photos, but base_test_photos = {} are held out for its test and at least one "
            "must train; without data.strict all of them would train",
            set.classes[c], photos.size(), options.base_test_photos);
    const auto cut = photos.end() - (enough ? options.base_test_photos : 0);
    split.training_class.push_back(static_cast<ClassId>(split.base_classes.size()));
    split.base_classes.push_back(c);
    split.base_train.emplace_back(photos.begin(), cut);
    split.base_test.emplace_back(cut, photos.end());
  }
  return split;
}

ReplacementLists replacement_lists(const PhotoSet& set) {
  ReplacementLists result;
  for (ClassId c = 0; c < std::ssize(set.classes); ++c) result.lists.push_back(set.photos_of(c));
  for (PhotoId p = 0; p < std::ssize(set.photos); ++p) {
    const ClassId c = set.photos[p].class_id;
    result.list_of.push_back(c != no_class ? c : static_cast<int>(result.lists.size()));
    if (c == no_class) result.lists.push_back({p});
  }
  return result;
}

ReplacementLists replacement_lists(const PhotoSet& set, const Split& split) {
  ReplacementLists result = replacement_lists(set);  // what enrol photos need where tests may replace them
  const auto add_part = [&](const std::vector<PhotoId>& part) {
    if (part.empty()) return;
    for (const PhotoId photo : part) result.list_of[photo] = static_cast<int>(result.lists.size());
    result.lists.push_back(part);
  };
  const auto add = [&](const std::vector<std::vector<PhotoId>>& parts) {
    for (const std::vector<PhotoId>& part : parts) add_part(part);
  };
  add(split.base_train);
  add(split.base_test);
  add(split.novel_test);
  if (!split.test_may_enrol) {
    for (const PhotoId photo : split.novel_enrol) add_part({photo});
  }
  return result;
}

}  // namespace dg
