// Which classes a sampler draws, as frequencies.
#include <gtest/gtest.h>

#include <algorithm>

#include "sampling/chi_square.h"
#include "sampling/doppelganger_sampler.h"

namespace dg {
namespace {

IdentityIndex index_of(ClassId classes) {
  std::vector<std::vector<PhotoId>> lists;
  for (ClassId c = 0; c < classes; ++c) lists.push_back({c});
  return IdentityIndex(lists);
}

DoppelgangerList neighbours(ClassId classes) {  // the doppelganger of c is c + 1
  DoppelgangerList list(classes);
  for (ClassId c = 0; c < classes; ++c) {
    list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{(c + 1) % classes});
  }
  return list;
}

TEST(SamplerDistribution, TheRandomClassesAreUniformWhateverTheList) {
  const ClassId classes = 60;
  const IdentityIndex index = index_of(classes);
  const DoppelgangerList list = neighbours(classes);
  for (const int n_r : {1, 7, 12}) {
    DoppelgangerSampler sampler(index, list, ClassCounts::fixed(21, 21, 1), n_r, Rng(1));
    std::vector<std::int64_t> counts(classes);
    for (int i = 0; i < 20'000; ++i) {
      const Batch batch = sampler.next();
      for (int j = 0; j < n_r; ++j) ++counts[static_cast<std::size_t>(batch.classes[j])];
    }
    EXPECT_LT(std::abs(chi_square_deviation(counts, n_r / 60.0)), chi_square_limit) << n_r;
  }
}

TEST(SamplerDistribution, AllClassesOfARandomBatchAreUniform) {
  const ClassId classes = 60;
  const IdentityIndex index = index_of(classes);
  const DoppelgangerList empty(classes);
  for (const int n_r : {1, 9, 27}) {  // an empty list leaves random classes only
    DoppelgangerSampler sampler(index, empty, ClassCounts::fixed(27, 27, 1), n_r, Rng(2));
    std::vector<std::int64_t> counts(classes);
    for (int i = 0; i < 20'000; ++i) {
      for (const ClassId c : sampler.next().classes) ++counts[static_cast<std::size_t>(c)];
    }
    EXPECT_LT(std::abs(chi_square_deviation(counts, 27 / 60.0)), chi_square_limit) << n_r;
  }
}

// A batch of two random classes and one place for a doppelganger: C_0 = 0 asks for class 1, and when C_1 = 1
// has it already, each class left is as probable as any other.
TEST(SamplerDistribution, TheSubstituteOfATakenDoppelgangerIsUniformAmongTheRest) {
  const ClassId classes = 8;
  const IdentityIndex index = index_of(classes);
  const DoppelgangerList list = neighbours(classes);
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(3, 3, 1), 2, Rng(3));
  std::vector<std::int64_t> counts(classes - 2);
  for (int i = 0; i < 60'000; ++i) {
    const std::vector<ClassId> c = sampler.next().classes;
    if (c[1] == (c[0] + 1) % classes)
      ++counts[static_cast<std::size_t>((c[2] - c[0] + classes) % classes - 2)];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), chi_square_limit);
}

TEST(SamplerDistribution, AHubIsSampledMoreOften) {  // section 3.2: hard classes get more attention
  const ClassId classes = 100;
  const IdentityIndex index = index_of(classes);
  DoppelgangerList list(classes);
  for (ClassId c = 10; c < 20; ++c) list.observe_classes(std::vector<ClassId>{c}, std::vector<ClassId>{0});
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(10, 10, 1), 5, Rng(4));
  std::vector<std::int64_t> counts(classes);
  for (int i = 0; i < 5'000; ++i) {
    for (const ClassId c : sampler.next().classes) ++counts[static_cast<std::size_t>(c)];
  }
  EXPECT_GT(counts[0], 4 * *std::max_element(counts.begin() + 1, counts.end()));
}

}  // namespace
}  // namespace dg
