#include "sampling/identity_index.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

std::vector<PhotoId> photos(const IdentityIndex& index, ClassId c) {
  const auto span = index.photos_of(c);
  return {span.begin(), span.end()};
}

TEST(IdentityIndex, FromLabelsListsThePhotosOfEachClassInOrder) {
  const auto index = IdentityIndex::from_labels(std::vector<ClassId>{2, 0, 2, 1, 0, 2}, 3);
  EXPECT_EQ(index.classes(), 3);
  EXPECT_EQ(index.photos(), 6);
  EXPECT_EQ(photos(index, 0), (std::vector<PhotoId>{1, 4}));
  EXPECT_EQ(photos(index, 1), (std::vector<PhotoId>{3}));
  EXPECT_EQ(photos(index, 2), (std::vector<PhotoId>{0, 2, 5}));
}

TEST(IdentityIndex, FromListsKeepsThem) {
  const IdentityIndex index(std::vector<std::vector<PhotoId>>{{9}, {3, 70'000'000'000}});
  EXPECT_EQ(index.classes(), 2);
  EXPECT_EQ(index.photos(), 3);
  EXPECT_EQ(photos(index, 0), (std::vector<PhotoId>{9}));
  EXPECT_EQ(photos(index, 1), (std::vector<PhotoId>{3, 70'000'000'000}));
}

TEST(IdentityIndex, AClassWithoutPhotosIsNamed) {
  EXPECT_TRUE(contains(error_text([] {
                         IdentityIndex::from_labels(std::vector<ClassId>{0, 2}, 3);
                       }),
                       "class 1 has no photo"));
  EXPECT_TRUE(contains(error_text([] {
                         IdentityIndex(std::vector<std::vector<PhotoId>>{{1}, {2}, {}});
                       }),
                       "class 2 has no photo"));
}

TEST(IdentityIndex, ALabelOutsideTheClassesNamesItsPhoto) {
  EXPECT_TRUE(contains(error_text([] {
                         IdentityIndex::from_labels(std::vector<ClassId>{0, 1, 5}, 2);
                       }),
                       "photo 2 must be a class 0..1, got 5"));
  EXPECT_TRUE(
      contains(error_text([] { IdentityIndex::from_labels(std::vector<ClassId>{-1}, 2); }), "got -1"));
}

TEST(IdentityIndex, RefusesNoClassesNegativeRowsAndUnknownClasses) {
  EXPECT_NE(error_text([] { IdentityIndex(std::vector<std::vector<PhotoId>>{}); }), "no error");
  EXPECT_NE(error_text([] { IdentityIndex::from_labels(std::vector<ClassId>{}, 0); }), "no error");
  EXPECT_NE(error_text([] { IdentityIndex(std::vector<std::vector<PhotoId>>{{-4}}); }), "no error");
  const IdentityIndex one(std::vector<std::vector<PhotoId>>{{0}});
  EXPECT_TRUE(contains(error_text([&] { one.photos_of(1); }), "0..0, got 1"));
  EXPECT_NE(error_text([&] { one.photos_of(no_class); }), "no error");
}

}  // namespace
}  // namespace dg
