#include "sampling/doppelganger_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "error_text.h"
#include "sampling/urn.h"

namespace dg {
namespace {

/// `classes` classes of `photos` photos; photo p of class c is row c * photos + p.
IdentityIndex regular_index(ClassId classes, PhotoId photos) {
  std::vector<std::vector<PhotoId>> lists(static_cast<std::size_t>(classes));
  PhotoId row = 0;
  for (auto& list : lists) {
    for (PhotoId p = 0; p < photos; ++p) list.push_back(row++);
  }
  return IdentityIndex(lists);
}

/// A list in which about `filled` of the classes have a random doppelganger.
DoppelgangerList random_list(ClassId classes, double filled, Rng& rng) {
  DoppelgangerList list(classes);
  for (ClassId c = 0; c < classes; ++c) {
    if (rng.uniform() >= filled) continue;
    Urn others(classes);
    others.take(c);
    list.observe_classes(std::vector<ClassId>{c},
                         std::vector<ClassId>{static_cast<ClassId>(others.draw(rng))});
  }
  return list;
}

/// What section 3.1 says of every batch, whatever the list.
void expect_valid(const Batch& batch, const DoppelgangerList& list, int batch_size, std::size_t n_r) {
  ASSERT_EQ(static_cast<int>(batch.photos.size()), batch_size);
  ASSERT_EQ(batch.labels.size(), batch.photos.size());
  ASSERT_EQ(batch.photos_per_class.size(), batch.classes.size());
  std::set<ClassId> before;  // C_0 .. C_{i-1}
  std::size_t row = 0;
  for (std::size_t i = 0; i < batch.classes.size(); ++i) {
    const ClassId c = batch.classes[i];
    if (i >= n_r) {
      const ClassId doppelganger = list[batch.classes[i - n_r]];
      if (doppelganger != no_class && !before.contains(doppelganger)) {
        ASSERT_EQ(c, doppelganger) << i;
      }
    }
    ASSERT_TRUE(before.insert(c).second) << "class " << c << " twice";
    for (int image = 0; image < batch.photos_per_class[i]; ++image) ASSERT_EQ(batch.labels[row++], c);
  }
  ASSERT_EQ(row, batch.labels.size());
}

TEST(DoppelgangerSampler, EveryBatchIsWhatSection31SaysForEveryRatio) {
  const ClassId classes = 40;
  const IdentityIndex index = regular_index(classes, 4);
  Rng rng(1);
  for (const double filled : {0.0, 0.3, 1.0}) {
    const DoppelgangerList list = random_list(classes, filled, rng);
    for (int n_r = 1; n_r <= 27; ++n_r) {
      DoppelgangerSampler sampler(index, list, ClassCounts::fixed(81, 27, 3), n_r, rng);
      for (int i = 0; i < 20; ++i) expect_valid(sampler.next(), list, 81, static_cast<std::size_t>(n_r));
      DoppelgangerSampler ranged(index, list, ClassCounts::range(81, 3, 8), n_r, rng);
      for (int i = 0; i < 20; ++i) expect_valid(ranged.next(), list, 81, static_cast<std::size_t>(n_r));
    }
  }
}

TEST(DoppelgangerSampler, RowsArePhotosOfTheirClass) {
  const IdentityIndex index = regular_index(30, 4);
  const DoppelgangerList list(30);
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(12, 6, 2), 3, Rng(2));
  for (int i = 0; i < 50; ++i) {
    const Batch batch = sampler.next();
    for (std::size_t row = 0; row < batch.photos.size(); ++row)
      EXPECT_EQ(batch.photos[row] / 4, batch.labels[row]);
  }
}

TEST(DoppelgangerSampler, OneRandomClassMakesTheBatchOneChain) {
  const ClassId classes = 100;
  const IdentityIndex index = regular_index(classes, 1);
  DoppelgangerList list(classes);
  for (ClassId c = 0; c < classes; ++c) {
    list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{(c + 1) % classes});
  }
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(10, 10, 1), 1, Rng(3));
  const Batch batch = sampler.next();
  for (ClassId i = 0; i < 10; ++i) EXPECT_EQ(batch.classes[i], (batch.classes[0] + i) % classes);
}

// Two classes that are each other's doppelganger: the second is sampled, the first not again.
TEST(DoppelgangerSampler, CyclicDoppelgangersAreFollowedByRandomClasses) {
  const ClassId classes = 1'000;
  const IdentityIndex index = regular_index(classes, 1);
  DoppelgangerList list(classes);
  for (ClassId c = 0; c < classes; ++c) {
    list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{c ^ 1});
  }
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(6, 6, 1), 1, Rng(4));
  std::set<ClassId> thirds;
  for (int i = 0; i < 100; ++i) {
    const Batch batch = sampler.next();
    expect_valid(batch, list, 6, 1);
    for (std::size_t pair = 0; pair < 6; pair += 2) {
      EXPECT_EQ(batch.classes[pair + 1], batch.classes[pair] ^ 1);
    }
    thirds.insert(batch.classes[2]);
  }
  EXPECT_GT(thirds.size(), 80u);
}

TEST(DoppelgangerSampler, AHubEntersABatchOnce) {
  const IdentityIndex index = regular_index(50, 1);
  DoppelgangerList list(50);
  for (ClassId c = 1; c < 50; ++c) list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{0});
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(20, 20, 1), 10, Rng(5));
  for (int i = 0; i < 50; ++i) {
    const Batch batch = sampler.next();
    expect_valid(batch, list, 20, 10);
    EXPECT_EQ(std::count(batch.classes.begin(), batch.classes.end(), 0), 1);
  }
}

TEST(DoppelgangerSampler, AllClassesRandomIgnoresTheList) {
  const IdentityIndex index = regular_index(40, 3);
  Rng rng(6);
  const DoppelgangerList full = random_list(40, 1, rng), empty(40);
  DoppelgangerSampler a(index, full, ClassCounts::fixed(9, 9, 1), 9, Rng(7));
  DoppelgangerSampler b(index, empty, ClassCounts::fixed(9, 9, 1), 9, Rng(7));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(DoppelgangerSampler, ABatchOfAllClassesHoldsEachOnce) {
  const IdentityIndex index = regular_index(9, 2);
  Rng rng(8);
  const DoppelgangerList list = random_list(9, 0.5, rng);
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(9, 9, 1), 2, rng);
  for (int i = 0; i < 200; ++i) expect_valid(sampler.next(), list, 9, 2);
}

TEST(DoppelgangerSampler, RandomClassesAreCutToTheClassesOfABatchFromARange) {
  const IdentityIndex index = regular_index(20, 5);
  const DoppelgangerList list(20);
  DoppelgangerSampler sampler(index, list, ClassCounts::range(12, 1, 4), 12, Rng(9));
  for (int i = 0; i < 200; ++i) expect_valid(sampler.next(), list, 12, 12);
}

TEST(DoppelgangerSampler, ReadsTheListAsItIsNow) {
  const IdentityIndex index = regular_index(2'000, 1);
  DoppelgangerList list(2'000);
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(2, 2, 1), 1, Rng(10));
  sampler.next();
  for (ClassId c = 0; c < 2'000; ++c) {
    list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{c ^ 1});
  }
  const Batch batch = sampler.next();
  EXPECT_EQ(batch.classes[1], batch.classes[0] ^ 1);
}

TEST(DoppelgangerSampler, RefusesSettingsThatSomeBatchCouldNotMeet) {
  const IdentityIndex index = regular_index(30, 2);
  const DoppelgangerList list(30), other(31);
  const auto refused = [&](const DoppelgangerList& l, ClassCounts counts, int n_r) {
    return error_text([&] { DoppelgangerSampler(index, l, counts, n_r, Rng(1)); });
  };
  EXPECT_TRUE(contains(refused(list, ClassCounts::fixed(81, 27, 3), 28), "(N_r) must be 1..27"));
  EXPECT_TRUE(contains(refused(list, ClassCounts::fixed(81, 27, 3), 0), "got 0"));
  EXPECT_TRUE(contains(refused(list, ClassCounts::range(80, 4, 8), 21), "(N_r) must be 1..20"));
  EXPECT_TRUE(contains(refused(list, ClassCounts::fixed(31, 31, 1), 1), "31 classes, but only 30 exist"));
  EXPECT_TRUE(contains(refused(list, ClassCounts::range(81, 2, 8), 1), "40 classes, but only 30 exist"));
  EXPECT_TRUE(contains(refused(other, ClassCounts::fixed(81, 27, 3), 9), "must be of 30 classes, got 31"));
  EXPECT_EQ(refused(list, ClassCounts::fixed(81, 27, 3), 27), "no error");
  EXPECT_EQ(refused(list, ClassCounts::range(80, 4, 8), 20), "no error");
}

TEST(DoppelgangerSampler, TheSeedDecidesTheBatches) {
  const IdentityIndex index = regular_index(30, 3);
  Rng rng(11);
  const DoppelgangerList list = random_list(30, 0.5, rng);
  DoppelgangerSampler a(index, list, ClassCounts::range(20, 2, 4), 3, Rng(12));
  DoppelgangerSampler b(index, list, ClassCounts::range(20, 2, 4), 3, Rng(12));
  DoppelgangerSampler c(index, list, ClassCounts::range(20, 2, 4), 3, Rng(13));
  for (int i = 0; i < 20; ++i) {
    const Batch batch = a.next();
    EXPECT_EQ(batch, b.next());
    EXPECT_NE(batch, c.next());
  }
}

// One batch written down: a change of it changes every published run.
TEST(DoppelgangerSampler, TheFirstBatchOfSeedOneStaysWhatItIs) {
  const IdentityIndex index = regular_index(1'000, 10);
  DoppelgangerList list(1'000);
  for (ClassId c = 0; c < 1'000; ++c) {
    list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{c ^ 1});
  }
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(8, 4, 2), 2, Rng(1));
  const Batch batch = sampler.next();
  EXPECT_EQ(batch.classes, (std::vector<ClassId>{328, 549, 329, 548}));
  EXPECT_EQ(batch.photos, (std::vector<PhotoId>{3287, 3286, 5494, 5493, 3292, 3294, 5483, 5480}));
}

TEST(DoppelgangerSampler, ASavedSamplerContinuesTheSameSequence) {
  const IdentityIndex index = regular_index(30, 3);
  Rng rng(14);
  const DoppelgangerList list = random_list(30, 0.5, rng);
  DoppelgangerSampler sampler(index, list, ClassCounts::range(20, 2, 4), 3, Rng(15, 4));
  for (int i = 0; i < 5; ++i) sampler.next();
  DoppelgangerSampler resumed(index, list, ClassCounts::range(20, 2, 4), 3, Rng(99));
  resumed.load(sampler.save());
  EXPECT_EQ(resumed.save(), sampler.save());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(resumed.next(), sampler.next());
}

TEST(DoppelgangerSampler, AStateOfAnotherDataSetOrADamagedOneIsRefused) {
  const IdentityIndex index = regular_index(30, 3), other = regular_index(30, 4);
  const DoppelgangerList list(30);
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(6, 3, 2), 3, Rng(16));
  const DoppelgangerSampler foreign(other, list, ClassCounts::fixed(6, 3, 2), 3, Rng(16));
  const State good = sampler.save();
  EXPECT_TRUE(contains(error_text([&] { sampler.load(foreign.save()); }), "30 classes and 120 photos"));
  EXPECT_TRUE(contains(error_text([&] { sampler.load(list.save()); }), "kind DGSD"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const State cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(error_text([&] { sampler.load(cut); }), "no error") << size;
  }
  State longer = good;
  longer.push_back(0);
  EXPECT_NE(error_text([&] { sampler.load(longer); }), "no error");
  EXPECT_EQ(sampler.save(), good);
}

}  // namespace
}  // namespace dg
