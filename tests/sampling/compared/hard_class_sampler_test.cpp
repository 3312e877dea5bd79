#include "sampling/compared/hard_class_sampler.h"

#include <gtest/gtest.h>

#include <set>

#include "error_text.h"
#include "sampling/chi_square.h"
#include "sampling/random_sampler.h"
#include "sampling/synthetic_embeddings.h"

namespace dg {
namespace {

/// 60 classes in twins (2i, 2i + 1): photos of a class alike, twins near, all others nearly orthogonal.
struct Twins {
  static constexpr ClassId classes = 60;
  static constexpr PhotoId photos = 4;
  IdentityIndex index = even_index(classes, photos);
  Embeddings all;
  std::int64_t asked = 0;

  Twins() {
    Rng rng(1);
    const Embeddings base = random_embeddings(classes / 2, 400, rng);
    const Embeddings own = random_embeddings(classes, 400, rng);
    all.dim = 400;
    for (std::size_t row = 0; row < static_cast<std::size_t>(classes * photos); ++row) {
      const std::size_t c = row / photos;
      for (std::size_t d = 0; d < 400; ++d)
        all.values.push_back(0.9f * base.values[c / 2 * 400 + d] + 0.43f * own.values[c * 400 + d]);
    }
  }
  EmbedPhotos embed() { return Lookup{all, &asked}; }
};

const ClassCounts eight = ClassCounts::fixed(16, 8, 2);

TEST(HardClassSampler, ChoosesTheTwinWhereItIsACandidate) {
  Twins t;
  HardClassSampler sampler(t.index, t.embed(), eight, {.random_classes = 4, .candidates = 60}, Rng(2));
  for (int i = 0; i < 50; ++i) {
    const Batch batch = sampler.next();
    ASSERT_EQ(batch.photos.size(), 16u);
    const std::set<ClassId> classes(batch.classes.begin(), batch.classes.end());
    ASSERT_EQ(classes.size(), 8u);
    for (std::size_t s = 0; s < 4; ++s)  // every class is a candidate, so every seed's twin is in the batch
      ASSERT_TRUE(classes.contains(batch.classes[s] ^ 1)) << "seed " << batch.classes[s];
  }
}

TEST(HardClassSampler, EmbedsAFewPhotosOfEachCandidateAndNoneForRandomBatches) {
  Twins t;
  HardClassSampler sampler(t.index, t.embed(), eight, {.random_classes = 1, .candidates = 20, .photos = 3},
                           Rng(3));
  sampler.next();
  EXPECT_EQ(t.asked, 60);
  EXPECT_EQ(sampler.bytes(), 2 * 60 * 400 * 4);
  HardClassSampler defaults(t.index, t.embed(), eight, {.random_classes = 1}, Rng(3));
  t.asked = 0;
  defaults.next();
  EXPECT_EQ(t.asked, 4 * 8 * 2);
  HardClassSampler random(t.index, t.embed(), eight, {.random_classes = 8}, Rng(3));
  RandomSampler plain(t.index, eight, Rng(3));
  t.asked = 0;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(random.next(), plain.next());
  EXPECT_EQ(t.asked, 0);
}

TEST(HardClassSampler, TheSeedsAreUniform) {
  Twins t;
  HardClassSampler sampler(t.index, t.embed(), eight, {.random_classes = 2, .candidates = 10}, Rng(4));
  std::vector<std::int64_t> counts(Twins::classes);
  for (int i = 0; i < 6'000; ++i) {
    const Batch batch = sampler.next();
    for (std::size_t s = 0; s < 2; ++s) ++counts[static_cast<std::size_t>(batch.classes[s])];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts, 2 / 60.0)), chi_square_limit);
}

TEST(HardClassSampler, ContinuesFromItsState) {
  Twins t;
  const HardClassOptions options{.random_classes = 2, .candidates = 20};
  HardClassSampler sampler(t.index, t.embed(), eight, options, Rng(5)),
      other(t.index, t.embed(), eight, options, Rng(6));
  sampler.next();
  other.load(sampler.save());
  for (int i = 0; i < 10; ++i) ASSERT_EQ(sampler.next(), other.next());
  const State good = sampler.save();
  State longer = good;
  longer.push_back(0);
  EXPECT_NE(error_text([&] { sampler.load(longer); }), "no error");
  RandomSampler foreign(t.index, eight, Rng(5));
  EXPECT_TRUE(contains(error_text([&] { sampler.load(foreign.save()); }), "kind DGSH"));
  EXPECT_EQ(sampler.save(), good);
}

TEST(HardClassSampler, IsAsBeforeWhenTheNetworkFails) {
  Twins t;
  bool fails = true;
  const EmbedPhotos embed = [&](std::span<const PhotoId> photos) {
    if (fails) throw Error("no network");
    return t.embed()(photos);
  };
  HardClassSampler sampler(t.index, embed, eight, {.random_classes = 2, .candidates = 20}, Rng(7));
  const State before = sampler.save();
  EXPECT_EQ(error_text([&] { sampler.next(); }), "no network");
  EXPECT_EQ(sampler.save(), before);
  fails = false;
  EXPECT_EQ(sampler.next().photos.size(), 16u);
}

TEST(HardClassSampler, RefusesWhatMakesNoSense) {
  Twins t;
  const auto error = [&](HardClassOptions o) {
    return error_text([&] { HardClassSampler(t.index, t.embed(), eight, o, Rng(1)); });
  };
  EXPECT_TRUE(contains(error({.random_classes = 9}), "random_classes (N_r) must be 1..8"));
  EXPECT_TRUE(contains(error({.random_classes = 0}), "random_classes (N_r) must be 1..8"));
  EXPECT_TRUE(contains(error({.candidates = 7}), "candidates must be 0 or at least 8"));
  EXPECT_TRUE(contains(error({.photos = 1}), "photos must be at least 2, got 1"));
  EXPECT_EQ(error({.candidates = 1000}), "no error") << "more candidates than classes are all classes";
}

}  // namespace
}  // namespace dg
