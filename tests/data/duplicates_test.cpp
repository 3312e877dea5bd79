#include "data/duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tensor/rng.h"

namespace dg {
namespace {

using Ids = std::vector<PhotoId>;

PictureHash random_hash(Rng& rng) { return {rng.bits(), rng.bits()}; }

PictureHash flipped(PictureHash hash, int bit) {
  (bit < 64 ? hash.across : hash.down) ^= std::uint64_t{1} << (bit % 64);
  return hash;
}

// What is linked by pairs, as the smallest place of each set.
class Links {
 public:
  explicit Links(std::size_t size) : set_(size) { std::iota(set_.begin(), set_.end(), std::size_t{0}); }
  void join(std::size_t a, std::size_t b) {
    const std::size_t to = std::min(set_[a], set_[b]), from = std::max(set_[a], set_[b]);
    std::ranges::replace(set_, from, to);
  }
  const std::vector<std::size_t>& sets() const { return set_; }

 private:
  std::vector<std::size_t> set_;
};

void expect_as_by_brute_force(std::vector<PictureHash> hashes) {
  std::ranges::sort(hashes);
  hashes.erase(std::ranges::unique(hashes).begin(), hashes.end());
  Links all(hashes.size()), found(hashes.size());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t j = i + 1; j < hashes.size(); ++j) {
      if (distance(hashes[i], hashes[j]) <= same_picture_bits) all.join(i, j);
    }
  }
  near_pairs(hashes, [&](std::size_t a, std::size_t b) {
    EXPECT_LE(distance(hashes[a], hashes[b]), same_picture_bits);
    found.join(a, b);
  });
  EXPECT_EQ(found.sets(), all.sets());
}

TEST(NearPairs, AreThoseOfAComparisonOfAllWithAll) {
  Rng rng(1, 0);
  std::vector<PictureHash> hashes;
  for (int i = 0; i < 300; ++i) {
    hashes.push_back(random_hash(rng));
    for (int near = 0; near < 3; ++near) {  // one to three bits away
      PictureHash hash = hashes.back();
      for (int bits = 0; bits <= near; ++bits) hash = flipped(hash, static_cast<int>(rng.below(128)));
      hashes.push_back(hash);
    }
  }
  expect_as_by_brute_force(hashes);
}

// All alike but for a few bits, which lie together or apart.
TEST(NearPairs, AreFoundAmongHashesThatAreNearlyAlike) {
  for (const int apart : {1, 9}) {
    Rng rng(2, static_cast<std::uint64_t>(apart));
    std::vector<PictureHash> hashes;
    const PictureHash first = random_hash(rng);
    for (int i = 0; i < 700; ++i) {
      PictureHash hash = first;
      for (int bit = 0; bit < 14; ++bit) {
        if (rng.below(2) == 1) hash = flipped(hash, bit * apart);
      }
      hashes.push_back(hash);
    }
    expect_as_by_brute_force(hashes);
  }
}

// Every place of the two bits that differ, among enough others that no group is compared as a whole.
TEST(NearPairs, NoPairOfBitsIsMissed) {
  Rng rng(3, 0);
  std::vector<PictureHash> others;
  for (int i = 0; i < 40; ++i) others.push_back(random_hash(rng));
  for (int a = 0; a < 128; a += 5) {
    for (int b = a + 1; b < 128; b += 7) {
      std::vector<PictureHash> hashes = others;
      hashes.push_back(flipped(flipped(others[0], a), b));
      int found = 0;
      near_pairs(hashes,
                 [&](std::size_t i, std::size_t j) { found += std::min(i, j) == 0 && std::max(i, j) == 40; });
      EXPECT_GE(found, 1) << a << " " << b;
    }
  }
}

// Photos of people, `per_person` each: {checksum, hash}.
struct Set {
  PhotoSet set;
  std::vector<PhotoFacts> photos;

  void add(ClassId person, std::uint64_t checksum, std::optional<PictureHash> picture, int width = 10) {
    set.photos.push_back({person});
    photos.push_back({.checksum = checksum, .picture = picture, .width = width, .height = width});
  }
};

TEST(Duplicates, StandTogetherThoseUnderTwoNamesFirst) {
  Rng rng(4, 0);
  const PictureHash a = random_hash(rng), b = random_hash(rng), c = random_hash(rng);
  Set s;
  s.add(0, 1, a);                                      // 0
  s.add(0, 1, a);                                      // 1: the same bytes
  s.add(0, 2, random_hash(rng));                       // 2: alone
  s.add(1, 3, b);                                      // 3
  s.add(1, 4, flipped(b, 70));                         // 4: the same picture as 3
  s.add(2, 5, flipped(flipped(b, 3), 90));             // 5: and as 3, under another name
  s.add(2, 6, c);                                      // 6
  s.add(2, 7, flipped(flipped(flipped(c, 1), 2), 3));  // 7: too far
  s.add(3, 8, std::nullopt);                           // 8: a picture of one colour
  s.add(3, 9, std::nullopt);                           // 9: another one
  s.add(4, 8, std::nullopt);                           // 10: the same bytes as 8
  s.add(5, 1, std::nullopt, 0);                        // 11: does not decode
  const std::vector<DuplicateGroup> groups = find_duplicates(s.set, s.photos);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].photos, (Ids{3, 4, 5}));
  EXPECT_FALSE(groups[0].same_bytes);
  EXPECT_TRUE(groups[0].under_two_names);
  EXPECT_EQ(groups[1].photos, (Ids{8, 10}));
  EXPECT_TRUE(groups[1].same_bytes);
  EXPECT_TRUE(groups[1].under_two_names);
  EXPECT_EQ(groups[2].photos, (Ids{0, 1}));
  EXPECT_TRUE(groups[2].same_bytes);
  EXPECT_FALSE(groups[2].under_two_names);
}

// A placeholder that stands for thousands of photos is one group, and found without comparing all with all.
TEST(Duplicates, ManyOfOneAreOneGroup) {
  Rng rng(5, 0);
  Set s;
  const PictureHash one = random_hash(rng);
  for (int i = 0; i < 100'000; ++i)
    s.add(i / 10, static_cast<std::uint64_t>(i), i % 2 == 0 ? one : random_hash(rng));
  const std::vector<DuplicateGroup> groups = find_duplicates(s.set, s.photos);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].photos.size(), 50'000u);
  EXPECT_TRUE(find_duplicates({}, {}).empty());
}

}  // namespace
}  // namespace dg
