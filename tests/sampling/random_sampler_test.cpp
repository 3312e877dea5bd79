#include "sampling/random_sampler.h"

#include <gtest/gtest.h>

#include <set>

#include "error_text.h"
#include "sampling/chi_square.h"
#include "sampling/doppelganger_sampler.h"
#include "sampling/synthetic_embeddings.h"

namespace dg {
namespace {

TEST(RandomSampler, GivesTheBatchesOfDoppelgangerSamplingWithOnlyRandomClasses) {
  const IdentityIndex index = even_index(50, 4);
  const DoppelgangerList list(50);
  for (const ClassCounts& counts : {ClassCounts::fixed(12, 6, 2), ClassCounts::range(20, 2, 8)}) {
    RandomSampler random(index, counts, Rng(5, 3));
    DoppelgangerSampler all_random(index, list, counts, counts.max_classes(), Rng(5, 3));
    for (int i = 0; i < 50; ++i) ASSERT_EQ(random.next(), all_random.next());
  }
}

TEST(RandomSampler, EveryClassIsAsProbableAsAnyOther) {
  const IdentityIndex index = even_index(40, 1);
  RandomSampler sampler(index, ClassCounts::fixed(10, 10, 1), Rng(6));
  std::vector<std::int64_t> counts(40);
  for (int i = 0; i < 20'000; ++i) {
    const Batch batch = sampler.next();
    ASSERT_EQ(std::set<ClassId>(batch.classes.begin(), batch.classes.end()).size(), 10u);
    for (const ClassId c : batch.classes) ++counts[static_cast<std::size_t>(c)];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts, 10 / 40.0)), chi_square_limit);
}

TEST(RandomSampler, ContinuesFromItsState) {
  const IdentityIndex index = even_index(30, 3);
  RandomSampler sampler(index, ClassCounts::fixed(6, 3, 2), Rng(7)),
      other(index, ClassCounts::fixed(6, 3, 2), Rng(8));
  sampler.next();
  other.load(sampler.save());
  for (int i = 0; i < 10; ++i) ASSERT_EQ(sampler.next(), other.next());
  const IdentityIndex foreign = even_index(31, 3);
  RandomSampler elsewhere(foreign, ClassCounts::fixed(6, 3, 2), Rng(7));
  EXPECT_TRUE(contains(error_text([&] { elsewhere.load(sampler.save()); }), "30 classes and 90 photos"));
}

TEST(RandomSampler, NeedsEnoughClasses) {
  const IdentityIndex index = even_index(5, 3);
  EXPECT_TRUE(contains(error_text([&] { RandomSampler(index, ClassCounts::fixed(6, 6, 1), Rng(1)); }),
                       "may have 6 classes, but only 5 exist"));
}

}  // namespace
}  // namespace dg
