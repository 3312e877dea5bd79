#include "data/faces/identity.h"

#include <gtest/gtest.h>

#include <cstring>

namespace dg {
namespace {

bool equal(const faces::Identity& a, const faces::Identity& b) {
  static_assert(sizeof(faces::Identity) % sizeof(float) == 0);  // floats and nothing else: no gaps
  return std::memcmp(&a, &b, sizeof a) == 0;
}

TEST(FaceIdentity, EveryNumberChangesTheFace) {
  faces::Numbers numbers{};
  numbers[28] = 0.5f;  // between shaved and a full beard, where the density is clamped
  const faces::Identity before = faces::identity_of(numbers);
  EXPECT_TRUE(equal(before, faces::identity_of(numbers)));
  for (std::size_t k = 0; k < faces::number_count; ++k) {
    faces::Numbers changed = numbers;
    changed[k] += 0.25f;
    EXPECT_FALSE(equal(before, faces::identity_of(changed))) << "number " << k;
  }
}

TEST(FaceIdentity, TheHairIsPartedByNumber31) {
  faces::Numbers left{}, right{};
  left[31] = -20;
  right[31] = 20;
  EXPECT_NEAR(faces::identity_of(left).hair_part, -0.45f, 1e-5);
  EXPECT_NEAR(faces::identity_of({}).hair_part, 0, 1e-5);
  EXPECT_NEAR(faces::identity_of(right).hair_part, 0.45f, 1e-5);
}

}  // namespace
}  // namespace dg
