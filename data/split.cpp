#include "data/split.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tensor/check.h"

namespace dg {
namespace {

constexpr int kAutomaticFrom = 50, kAutomaticMost = 1'000, kAutomaticShare = 10;

std::vector<bool> choose_base(const PhotoSet& set, const SplitOptions& options, Rng& rng) {
  const auto classes = static_cast<int>(set.classes.size());
  std::vector<bool> is_base(classes, true);
  if (options.base == SplitOptions::Base::named) {
    for (int c = 0; c < classes; ++c) is_base[c] = options.names.contains(set.classes[c]);
  }
  if (options.base == SplitOptions::Base::first) {
    require(options.first_identities >= 1 && options.first_identities <= classes, "split",
            "base_identities must be 1..{} (the identities there are), got {}", classes,
            options.first_identities);
    std::fill(is_base.begin() + options.first_identities, is_base.end(), false);
  }
  if (options.base == SplitOptions::Base::automatic && classes >= kAutomaticFrom) {
    // the first entries of a Fisher-Yates shuffle: a draw without replacement
    std::vector<int> order(classes);
    std::iota(order.begin(), order.end(), 0);
    const int novel = std::min(classes / kAutomaticShare, kAutomaticMost);
    for (int i = 0; i < novel; ++i) {
      std::swap(order[i], order[i + static_cast<int>(rng.below(static_cast<std::uint64_t>(classes - i)))]);
      is_base[order[i]] = false;
    }
  }
  return is_base;
}

}  // namespace

std::vector<int> flatten(const std::vector<std::vector<int>>& lists) {
  std::vector<int> all;
  for (const std::vector<int>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Split split_photos(const PhotoSet& set, const SplitOptions& options, Rng rng) {
  require(options.base_test_photos >= 0, "split", "base_test_photos must be 0 or more, got {}",
          options.base_test_photos);
  const auto classes = static_cast<int>(set.classes.size());
  const std::vector<bool> is_base = choose_base(set, options, rng);
  Split split;
  for (int c = 0; c < classes; ++c) {
    std::vector<int> photos(set.photos_of(c));
    std::iota(photos.begin(), photos.end(), set.first_photo[c]);
    if (!is_base[c]) {
      split.training_class.push_back(-1);
      split.novel_classes.push_back(c);
      split.novel_enrol.push_back(photos.front());
      split.novel_test.emplace_back(photos.begin() + 1, photos.end());
      continue;
    }
    require(set.photos_of(c) > options.base_test_photos, "split",
            "identity {} has {} photos, but base_test_photos = {} are held out for its test and at least one "
            "must "
            "train",
            set.classes[c], photos.size(), options.base_test_photos);
    const auto cut = photos.end() - options.base_test_photos;
    split.training_class.push_back(static_cast<int>(split.base_classes.size()));
    split.base_classes.push_back(c);
    split.base_train.emplace_back(photos.begin(), cut);
    split.base_test.emplace_back(cut, photos.end());
  }
  return split;
}

ReplacementLists replacement_lists(const PhotoSet& set) {
  ReplacementLists result;
  for (int c = 0; c < static_cast<int>(set.classes.size()); ++c) {
    result.lists.emplace_back(set.photos_of(c));
    std::iota(result.lists.back().begin(), result.lists.back().end(), set.first_photo[c]);
  }
  for (int p = 0; p < static_cast<int>(set.photos.size()); ++p) {
    const int c = set.photos[p].class_id;
    result.list_of.push_back(c >= 0 ? c : static_cast<int>(result.lists.size()));
    if (c < 0) result.lists.push_back({p});
  }
  return result;
}

ReplacementLists replacement_lists(const PhotoSet& set, const Split& split) {
  ReplacementLists result = replacement_lists(set);  // right for novel enrol photos that tests may replace
  const auto add_part = [&](const std::vector<int>& part) {
    if (part.empty()) return;
    for (const int photo : part) result.list_of[photo] = static_cast<int>(result.lists.size());
    result.lists.push_back(part);
  };
  const auto add = [&](const std::vector<std::vector<int>>& parts) {
    for (const std::vector<int>& part : parts) add_part(part);
  };
  add(split.base_train);
  add(split.base_test);
  add(split.novel_test);
  if (!split.test_may_enrol) {
    for (const int photo : split.novel_enrol) add_part({photo});
  }
  return result;
}

}  // namespace dg
