#include "report/examples.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "error_text.h"
#include "evaluation/unit_rows.h"

namespace dg::reporting {
namespace {

TEST(LookAlikes, MutualOnesComeFirstAndTheClosestOfThem) {
  Rng rng(51);
  const ClassId n = 40;
  const std::vector<float> values = unit_rows(n, 6, rng);
  const EmbeddingView prototypes{values, 6};
  std::vector<ClassId> list;
  for (ClassId c = 0; c < n; ++c) {
    const auto other = static_cast<ClassId>(rng.below(n));
    list.push_back(other == c || rng.below(5) == 0 ? no_class : other);
  }
  for (ClassId c = 0; c < 10; c += 2) {  // five pairs of which each is the other's
    list[c] = c + 1;
    list[c + 1] = c;
  }
  const std::vector<LookAlikes> all = closest_look_alikes(list, prototypes, 1000);
  std::size_t expected = 0, mutual = 0;
  for (ClassId c = 0; c < n; ++c) {
    if (list[c] == no_class) continue;
    const bool both = list[list[c]] == c;
    mutual += both;
    expected += !both || c < list[c];
  }
  EXPECT_EQ(all.size(), expected);
  EXPECT_EQ(count_mutual(list), mutual);
  EXPECT_GE(mutual, 10u);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(list[all[i].identity], all[i].doppelganger);
    EXPECT_EQ(all[i].mutual, list[all[i].doppelganger] == all[i].identity);
    EXPECT_EQ(all[i].cosine, dot(prototypes.row(all[i].identity), prototypes.row(all[i].doppelganger)));
    if (i == 0) continue;
    EXPECT_GE(all[i - 1].mutual, all[i].mutual);
    if (all[i - 1].mutual == all[i].mutual) {
      EXPECT_GE(all[i - 1].cosine, all[i].cosine);
    }
  }
  EXPECT_EQ(closest_look_alikes(list, prototypes, 3).size(), 3u);
  EXPECT_TRUE(contains(error_text([&] { closest_look_alikes(std::span(list).first(3), prototypes, 3); }),
                       "an entry for each of 40 prototypes, got 3"));
}

TEST(Mistakes, AreTheWrongAnswersOfHighestConfidence) {
  const std::vector<Recognition> photos{{0, 0, 0.99f}, {1, 2, 0.5f}, {2, no_class, 0}, {3, 1, 0.9f},
                                        {4, 4, 0.1f},  {5, 0, 0.5f}, {6, 5, 0.7f}};
  EXPECT_EQ(worst_mistakes(photos, 10), (std::vector<std::size_t>{3, 6, 1, 5}));
  EXPECT_EQ(worst_mistakes(photos, 2), (std::vector<std::size_t>{3, 6}));
  EXPECT_EQ(worst_mistakes({}, 2), std::vector<std::size_t>{});
}

TEST(ClosestPhoto, IsThatOfTheIdentityAlone) {
  EmbeddedPhotos photos;
  photos.dim = 2;
  photos.values = {1, 0, 0, 1, 0.6f, 0.8f, 0.8f, 0.6f, 0.8f, 0.6f};
  photos.classes = {0, 1, 1, 1, 1};
  photos.photos = {10, 11, 12, 13, 14};
  const std::vector<float> target{1, 0}, opposite{-1, 0};
  EXPECT_EQ(closest_photo(photos, 1, target), 3u) << "the first of two equal ones";
  EXPECT_EQ(closest_photo(photos, 1, opposite), 1u) << "all products may be negative";
  EXPECT_EQ(closest_photo(photos, 0, opposite), 0u);
  EXPECT_EQ(error_text([&] { closest_photo(photos, 2, target); }),
            "[closest_photo] identity 2 must have a photo, got none");
}

}  // namespace
}  // namespace dg::reporting
