#include "sampling/compared/class_graph_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "error_text.h"
#include "sampling/chi_square.h"
#include "sampling/random_sampler.h"
#include "sampling/synthetic_embeddings.h"

namespace dg {
namespace {

/// 48 classes of 3 photos with one random direction each.
struct World {
  static constexpr ClassId classes = 48;
  IdentityIndex index = even_index(classes, 3);
  Embeddings directions, all;
  std::int64_t asked = 0;

  explicit World(std::uint64_t seed = 1) { turn(seed); }
  void turn(std::uint64_t seed) {
    Rng rng(seed);
    directions = random_embeddings(classes, 8, rng);
    all = {.values = {}, .dim = 8};
    for (std::size_t row = 0; row < 3 * classes; ++row) {
      for (std::size_t d = 0; d < 8; ++d) all.values.push_back(directions.values[row / 3 * 8 + d]);
    }
  }
  EmbedPhotos embed() { return Lookup{all, &asked}; }
};

const ClassCounts nine = ClassCounts::fixed(18, 9, 2);

// From the header's sentence, with a sort in place of the graph.
std::vector<ClassId> expected_batch(const World& w, const std::vector<ClassId>& seeds, std::size_t count,
                                    std::size_t neighbours) {
  std::vector<ClassId> batch = seeds;
  while (batch.size() < count) {
    const auto seed = static_cast<std::size_t>(seeds[batch.size() % seeds.size()]);
    std::vector<std::pair<double, ClassId>> others;
    for (std::size_t o = 0; o < World::classes; ++o)
      if (o != seed) others.emplace_back(-inner_product(w.directions, seed, o), static_cast<ClassId>(o));
    std::sort(others.begin(), others.end());
    others.resize(neighbours);
    ClassId next = no_class;
    for (auto o = others.rbegin(); o != others.rend(); ++o)
      if (std::find(batch.begin(), batch.end(), o->second) == batch.end()) next = o->second;
    batch.push_back(next);
  }
  return batch;
}

TEST(ClassGraphSampler, ABatchIsRandomClassesAndTheirNearest) {
  World w;
  for (const int n_r : {1, 2, 3, 4, 9}) {
    ClassGraphSampler sampler(w.index, w.embed(), nine, {.random_classes = n_r}, Rng(2));
    const auto k = static_cast<std::size_t>(sampler.options().neighbours);
    EXPECT_EQ(k, 8u) << "all but one of them could be in the batch already";
    for (int i = 0; i < 100; ++i) {
      const Batch batch = sampler.next();
      ASSERT_EQ(std::set<ClassId>(batch.classes.begin(), batch.classes.end()).size(), 9u);
      ASSERT_EQ(batch.photos.size(), 18u);
      const std::vector<ClassId> seeds(batch.classes.begin(), batch.classes.begin() + n_r);
      for (std::size_t j = seeds.size(); j < 9; ++j) {
        const std::vector<ClassId> before(batch.classes.begin(),
                                          batch.classes.begin() + static_cast<std::ptrdiff_t>(j));
        const ClassId seed = seeds[j % seeds.size()];
        ClassId nearest = no_class;
        const std::vector<ClassId> of_seed = expected_batch(w, {seed}, k + 1, k);
        for (auto c = of_seed.rbegin(); c != of_seed.rend(); ++c)
          if (std::find(before.begin(), before.end(), *c) == before.end()) nearest = *c;
        ASSERT_NE(nearest, no_class) << "no place is left to chance";
        ASSERT_EQ(batch.classes[j], nearest) << "N_r = " << n_r << ", place " << j;
      }
    }
  }
}

TEST(ClassGraphSampler, OneSeedMakesABatchOfAClassAndItsNeighboursInOrder) {
  World w;
  ClassGraphSampler sampler(w.index, w.embed(), nine, {.random_classes = 1}, Rng(3));
  for (int i = 0; i < 50; ++i) {
    const Batch batch = sampler.next();
    ASSERT_EQ(batch.classes, expected_batch(w, {batch.classes[0]}, 9, 8));
  }
}

TEST(ClassGraphSampler, TheGraphIsRenewedOncePerEpochAndNotBetween) {
  World w;
  ClassGraphSampler sampler(w.index, w.embed(), nine, {.random_classes = 1, .photos = 2}, Rng(4));
  EXPECT_EQ(sampler.options().every, 48 * 3 / 18);
  EXPECT_TRUE(sampler.neighbours_of(0).empty());
  for (int i = 0; i < 8; ++i) sampler.next();
  EXPECT_EQ(w.asked, 2 * 48) << "one graph in eight batches";
  const std::vector<ClassId> old(sampler.neighbours_of(5).begin(), sampler.neighbours_of(5).end());
  w.turn(99);  // the network has learnt
  sampler.next();
  EXPECT_EQ(w.asked, 4 * 48);
  const std::vector<ClassId> now(sampler.neighbours_of(5).begin(), sampler.neighbours_of(5).end());
  EXPECT_NE(old, now);
  EXPECT_EQ(now[0], expected_batch(w, {5}, 2, 1)[1]);
  EXPECT_EQ(sampler.bytes(), 48 * 8 * 4 + 2 * 48 * 8 * 4);
}

TEST(ClassGraphSampler, APrototypeIsTheNormalisedMeanOfThePhotos) {
  // Class 0 along x. The photos of class 1 are +-y beside x: alone they are far from class 0, their mean is
  // on it.
  const IdentityIndex index = even_index(3, 2);
  const Embeddings all{.values = {1, 0, 1, 0, 0.6f, 0.8f, 0.6f, -0.8f, 0.8f, 0.6f, 0.8f, 0.6f}, .dim = 2};
  std::int64_t asked = 0;
  const ClassGraphOptions options{.random_classes = 1, .neighbours = 1, .photos = 2};
  ClassGraphSampler sampler(index, Lookup{all, &asked}, ClassCounts::fixed(2, 2, 1), options, Rng(5));
  sampler.next();
  EXPECT_EQ(sampler.neighbours_of(0)[0], 1);
  EXPECT_EQ(sampler.neighbours_of(2)[0], 0) << "equally near to classes 0 and 1";
}

TEST(ClassGraphSampler, TheSeedsAreUniformAndAllRandomIsRandomSampling) {
  World w;
  ClassGraphSampler sampler(w.index, w.embed(), nine, {.random_classes = 3, .every = 100'000}, Rng(6));
  std::vector<std::int64_t> counts(World::classes);
  for (int i = 0; i < 20'000; ++i) {
    const Batch batch = sampler.next();
    for (std::size_t s = 0; s < 3; ++s) ++counts[static_cast<std::size_t>(batch.classes[s])];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts, 3 / 48.0)), chi_square_limit);
}

TEST(ClassGraphSampler, ContinuesFromItsStateWithTheGraphOfThatTime) {
  World w;
  const ClassGraphOptions options{.random_classes = 2};
  ClassGraphSampler sampler(w.index, w.embed(), nine, options, Rng(7)),
      other(w.index, w.embed(), nine, options, Rng(8));
  for (int i = 0; i < 3; ++i) sampler.next();
  w.turn(50);  // a graph made now would be another one
  other.load(sampler.save());
  for (int i = 0; i < 20; ++i) ASSERT_EQ(sampler.next(), other.next());  // over two renewals
  EXPECT_EQ(sampler.save(), other.save());

  // The default of older versions was (9 - 1) / N_r.
  ClassGraphSampler older(w.index, w.embed(), nine, {.random_classes = 2, .neighbours = 4}, Rng(7));
  older.next();
  other.load(older.save());
  EXPECT_EQ(other.neighbours_of(3).size(), 4u);

  const State good = sampler.save();
  ClassGraphSampler narrow(w.index, w.embed(), nine, {.random_classes = 2, .neighbours = 1}, Rng(7));
  EXPECT_TRUE(contains(error_text([&] { narrow.load(good); }), "384 entries, this sampler's 48"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{4}, good.size() - 1}) {
    const State cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(error_text([&] { sampler.load(cut); }), "no error") << size;
  }
  State foreign = good;
  foreign[foreign.size() - 1] = 0x7f;  // the last neighbour is a class that does not exist
  EXPECT_TRUE(contains(error_text([&] { sampler.load(foreign); }), "must be another class"));
  EXPECT_EQ(sampler.save(), good);
}

TEST(ClassGraphSampler, IsAsBeforeWhenTheNetworkFails) {
  World w;
  bool fails = true;
  const EmbedPhotos embed = [&](std::span<const PhotoId> photos) {
    if (fails) throw Error("no network");
    return w.embed()(photos);
  };
  ClassGraphSampler sampler(w.index, embed, nine, {.random_classes = 2}, Rng(9));
  const State before = sampler.save();
  EXPECT_EQ(error_text([&] { sampler.next(); }), "no network");
  EXPECT_EQ(sampler.save(), before);
}

TEST(ClassGraphSampler, RefusesWhatMakesNoSense) {
  World w;
  const auto error = [&](ClassGraphOptions o) {
    return error_text([&] { ClassGraphSampler(w.index, w.embed(), nine, o, Rng(1)); });
  };
  EXPECT_TRUE(contains(error({.random_classes = 10}), "random_classes (N_r) must be 1..9"));
  EXPECT_TRUE(contains(error({.neighbours = -1}), "neighbours must be at least 0"));
  EXPECT_TRUE(contains(error({.photos = 0}), "photos must be at least 1"));
  EXPECT_TRUE(contains(error({.every = -1}), "every must be at least 0"));
}

// The sampler embeds 1,024 classes at a time: here twice that many and a rest.
TEST(ClassGraphSampler, OfThousandsOfClassesEachHasItsNearest) {
  constexpr ClassId classes = 2100;
  constexpr std::size_t neighbours = 3;
  Rng rng(10);
  const IdentityIndex index = even_index(classes, 2);
  const Embeddings directions = random_embeddings(classes, 8, rng);
  Embeddings all{.values = {}, .dim = 8};
  for (std::size_t row = 0; row < 2 * std::size_t{classes}; ++row) {
    for (std::size_t d = 0; d < 8; ++d) all.values.push_back(directions.values[row / 2 * 8 + d]);
  }
  std::int64_t asked = 0;
  const ClassGraphOptions options{.random_classes = 1, .neighbours = neighbours, .photos = 2};
  ClassGraphSampler sampler(index, Lookup{all, &asked}, nine, options, Rng(11));
  sampler.next();
  EXPECT_EQ(asked, 2 * classes);
  for (ClassId c = 0; c < classes; ++c) {
    std::vector<double> cosines;
    for (std::size_t o = 0; o < classes; ++o)
      cosines.push_back(inner_product(directions, static_cast<std::size_t>(c), o));
    std::vector<double> sorted = cosines;
    sorted[static_cast<std::size_t>(c)] = -2;  // a class is no neighbour of its own
    std::partial_sort(sorted.begin(), sorted.begin() + neighbours, sorted.end(), std::greater<>());
    const std::span<const ClassId> near = sampler.neighbours_of(c);
    ASSERT_EQ(near.size(), neighbours);
    // By cosine: two classes that are equally near in float may stand in either order.
    for (std::size_t k = 0; k < neighbours; ++k) {
      ASSERT_NE(near[k], c);
      ASSERT_NEAR(cosines[static_cast<std::size_t>(near[k])], sorted[k], 1e-5) << "class " << c;
    }
  }
}

}  // namespace
}  // namespace dg
