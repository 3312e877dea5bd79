#include "data/split.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/check.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

using Ids = std::vector<PhotoId>;
using Classes = std::vector<ClassId>;
using Base = SplitOptions::Base;

// Identities c0, c1, ... with the given numbers of photos.
PhotoSet people(const std::vector<int>& photos) {
  PhotoSet set;
  set.first_photo = {0};
  for (std::size_t c = 0; c < photos.size(); ++c) {
    set.classes.push_back(fmt::format("c{}", c));
    for (int p = 0; p < photos[c]; ++p) set.photos.push_back({static_cast<ClassId>(c)});
    set.first_photo.push_back(std::ssize(set.photos));
  }
  return set;
}

TEST(Split, FirstFoldersAreBaseAndTheRestNovel) {
  const PhotoSet set = people({3, 4, 1, 3});
  const Split split =
      split_photos(set, {.base = Base::first, .first_identities = 2, .base_test_photos = 1}, Rng(1));
  EXPECT_EQ(split.base_classes, (Classes{0, 1}));
  EXPECT_EQ(split.novel_classes, (Classes{2, 3}));
  EXPECT_EQ(split.training_class, (Classes{0, 1, no_class, no_class}));
  EXPECT_EQ(split.base_train, (std::vector<Ids>{{0, 1}, {3, 4, 5}}));
  EXPECT_EQ(split.base_test, (std::vector<Ids>{{2}, {6}}));
  EXPECT_EQ(split.novel_enrol, (Ids{7, 8}));
  EXPECT_EQ(split.novel_test, (std::vector<Ids>{{}, {9, 10}}));  // one photo: it enrols and nothing tests
}

TEST(Split, AllMeansNobodyIsNovel) {
  const Split split = split_photos(people(std::vector<int>(80, 2)), {.base = Base::all}, Rng(1));
  EXPECT_EQ(split.base_classes.size(), 80u);
  EXPECT_TRUE(split.novel_classes.empty());
  EXPECT_EQ(split.base_train[79], (Ids{158, 159}));
  EXPECT_TRUE(split.base_test[79].empty());
}

TEST(Split, AutomaticHoldsOutATenthUpToAThousandAndNoneBelowFifty) {
  const std::pair<int, std::size_t> cases[] = {{1, 0},      {49, 0},        {50, 5},       {59, 5},
                                               {5000, 500}, {10'000, 1000}, {12'345, 1000}};
  for (const auto& [identities, novel] : cases) {
    const Split split = split_photos(people(std::vector<int>(identities, 1)), {}, Rng(7));
    EXPECT_EQ(split.novel_classes.size(), novel) << identities;
    EXPECT_EQ(split.base_classes.size() + novel, static_cast<std::size_t>(identities));
  }
}

TEST(Split, AutomaticIsDrawnByTheSeed) {
  const PhotoSet set = people(std::vector<int>(200, 2));
  const Split one = split_photos(set, {}, Rng(1)), again = split_photos(set, {}, Rng(1)),
              two = split_photos(set, {}, Rng(2));
  EXPECT_EQ(one.novel_classes, again.novel_classes);
  EXPECT_NE(one.novel_classes, two.novel_classes);
  EXPECT_TRUE(std::is_sorted(one.novel_classes.begin(), one.novel_classes.end()));
  EXPECT_TRUE(std::is_sorted(one.base_classes.begin(), one.base_classes.end()));
  for (ClassId c = 0; c < 200; ++c) {
    const ClassId training = one.training_class[c];
    const bool novel = std::binary_search(one.novel_classes.begin(), one.novel_classes.end(), c);
    EXPECT_EQ(training < 0, novel);
    if (!novel) {
      EXPECT_EQ(one.base_classes[training], c);
    }
  }
}

TEST(Split, EveryIdentityIsEquallyLikelyToBeNovel) {
  const PhotoSet set = people(std::vector<int>(50, 1));
  std::vector<int> drawn(50);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const ClassId c : split_photos(set, {}, Rng(seed)).novel_classes) ++drawn[c];
  }
  // 200 expected, standard deviation sqrt(2000 * 0.1 * 0.9) = 13.4: five of them
  for (const int n : drawn) EXPECT_NEAR(n, 200, 67);
}

TEST(Split, IdentityWithTooFewPhotosTrainsWithAllOfThemAndHasNoTest) {
  const PhotoSet set = people({3, 2, 1, 3});
  const Split split = split_photos(set, {.base = Base::all, .base_test_photos = 2}, Rng(1));
  EXPECT_EQ(split.base_train, (std::vector<Ids>{{0}, {3, 4}, {5}, {6}}));
  EXPECT_EQ(split.base_test, (std::vector<Ids>{{1, 2}, {}, {}, {7, 8}}));
  EXPECT_EQ(count_untested(split), 2);
  EXPECT_EQ(count_untested(split_photos(set, {.base = Base::all, .base_test_photos = 1}, Rng(1))), 1);
}

TEST(Split, AStrictOneNamesTheIdentityWithNothingLeftToTrainOn) {
  const PhotoSet set = people({3, 2, 3});
  EXPECT_EQ(error_text([&] {
              split_photos(set, {.base = Base::all, .base_test_photos = 2, .strict = true}, Rng(1));
            }),
            "[split] identity c1 has 2 photos, but base_test_photos = 2 are held out for its test and at "
            "least one must train; without data.strict all of them would train");
  // a novel identity needs no more than its enrol photo
  const Split split = split_photos(
      people({3, 1}), {.base = Base::first, .first_identities = 1, .base_test_photos = 2}, Rng(1));
  EXPECT_EQ(split.novel_enrol, (Ids{3}));
}

TEST(Split, ImpossibleNumbersAreRefused) {
  const PhotoSet set = people({3, 3});
  for (const int n : {-1, 0, 3}) {
    EXPECT_EQ(
        error_text([&] { split_photos(set, {.base = Base::first, .first_identities = n}, Rng(1)); }),
        "[split] data.base_identities must be 1..2 (the identities there are), got " + std::to_string(n));
  }
  EXPECT_EQ(error_text([&] { split_photos(set, {.base_test_photos = -1}, Rng(1)); }),
            "[split] base_test_photos must be 0 or more, got -1");
}

TEST(Split, ReplacementsStayInTheirPartOfTheSplit) {
  const PhotoSet set = people({4, 3});
  const Split split =
      split_photos(set, {.base = Base::first, .first_identities = 1, .base_test_photos = 2}, Rng(1));
  const ReplacementLists lists = replacement_lists(set, split);
  ASSERT_EQ(lists.list_of.size(), 7u);
  const std::vector<Ids> expected = {{0, 1}, {0, 1}, {2, 3}, {2, 3}, {4, 5, 6}, {5, 6}, {5, 6}};
  for (int p = 0; p < 7; ++p) EXPECT_EQ(lists.lists[lists.list_of[p]], expected[p]) << p;
  const ReplacementLists whole = replacement_lists(set);
  EXPECT_EQ(whole.lists[whole.list_of[2]], (Ids{0, 1, 2, 3}));
  EXPECT_EQ(whole.lists[whole.list_of[4]], (Ids{4, 5, 6}));
}

}  // namespace
}  // namespace dg
