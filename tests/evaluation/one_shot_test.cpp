#include "evaluation/one_shot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"

namespace dg {
namespace {

TEST(OneShot, EqualsAHandWorkedExample) {
  // Classes 0 and 1 are base, 2 is novel; the second novel photo is taken for base class 0.
  const std::vector<float> prototypes = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const std::vector<float> novel = {0, 0, 1, 0.8f, 0, 0.6f}, base = {1, 0, 0, 0.6f, 0.8f, 0};
  const std::vector<ClassId> novel_ids = {2, 2}, base_ids = {0, 0};
  const auto r = one_shot({prototypes, 3}, {{novel, 3}, novel_ids}, {{base, 3}, base_ids});
  EXPECT_EQ(r.novel_top1, 0.5);
  EXPECT_EQ(r.base_top1, 0.5);
  EXPECT_EQ(r.base_gate, false);
  EXPECT_EQ(r.identities, 3u);
  ASSERT_EQ(r.novel.size(), 2u);
  EXPECT_EQ(r.novel[1].identity, 2);
  EXPECT_EQ(r.novel[1].predicted, 0);
  EXPECT_FLOAT_EQ(r.novel[1].confidence, 0.8f);
  EXPECT_EQ(r.base[1].predicted, 1);
  for (const Coverage& c : r.coverage.value()) EXPECT_EQ(c.coverage(), 0.5);
  EXPECT_FALSE(r.family.has_value());
}

TEST(OneShot, PhotosThatCouldNotBeReadCountAsNotRecognised) {
  // Of four novel photos of class 1 two are read, both rightly recognised; of two base photos one.
  const std::vector<Recognition> novel{{1, 1, 0.9f}, {1, 1, 0.8f}}, base{{0, 0, 0.7f}};
  const std::vector<int> family{0, 0};
  const auto r = score_one_shot(novel, base, 2, family, {.novel = {1, 1}, .base = {0}});
  EXPECT_EQ(r.novel_top1, 0.5);
  EXPECT_EQ(r.base_top1, 0.5);
  for (const Coverage& c : r.coverage.value()) EXPECT_EQ(c.coverage(), 0.5);
  ASSERT_EQ(r.novel.size(), 4u);
  EXPECT_FALSE(r.novel[3].answered());
  EXPECT_EQ(r.novel[3].identity, 1);
  EXPECT_EQ(r.family->errors, 2u);
  EXPECT_EQ(r.family->in_family, 0u);
  EXPECT_EQ(r.family->confident_errors, 0u);
  EXPECT_EQ(error_text([&] { score_one_shot(novel, base, 2, {}, {.novel = {2}}); }),
            "[one_shot] class ids of unanswered photos must be below 2, got 2");
  EXPECT_EQ(to_json(r)["novel_images"], 4);
}

TEST(OneShot, EachPrecisionHasItsOwnCoverage) {
  // 1,000 photos; the confident 100 are right, then every 20th is wrong: 0.95 reaches further than 0.99.
  std::vector<Recognition> novel;
  for (int i = 0; i < 1000; ++i) {
    novel.push_back({0, i >= 100 && i % 20 == 0 ? 1 : 0, 1 - static_cast<float>(i) / 1000});
  }
  const auto r = score_one_shot(novel, {}, 2);
  EXPECT_EQ(r.coverage->at(0).answered, 1000u);
  EXPECT_EQ(r.coverage->at(1).answered, 1000u);
  EXPECT_EQ(r.coverage->at(2).answered, 120u);  // after the wrong answer at position 101, 1 wrong of 120
  EXPECT_EQ(r.coverage->at(3).answered, 100u);
  EXPECT_EQ(r.coverage_at(0.99).answered, 120u);
  EXPECT_EQ(error_text([&] { r.coverage_at(0.98); }),
            "[one_shot] precision must be one of 0.9, 0.95, 0.99, 0.999, got 0.98");
}

TEST(OneShot, JsonHasTheKeysOfTheCommandLine) {
  const std::vector<Recognition> novel = {{1, 1, 0.9f}, {1, 1, 0.8f}, {1, 0, 0.7f}, {1, 1, 0.6f}};
  const auto with_base = score_one_shot(novel, {{0, 0, 0.5f}}, 2);
  EXPECT_EQ(to_json(with_base).dump(),
            R"({"novel_top1":0.75,"coverage":{"0.9":0.5,"0.95":0.5,"0.99":0.5,"0.999":0.5},)"
            R"("base_top1":1.0,"novel_images":4,"identities":2})");
  const auto without = score_one_shot(novel, {}, 2);
  EXPECT_TRUE(to_json(without)["base_top1"].is_null());
  EXPECT_FALSE(without.base_gate.has_value());
}

TEST(OneShot, WithoutNovelPhotosTheBaseFiguresStandAlone) {
  const std::vector<int> family = {0, 0};
  const auto r = score_one_shot({}, {{0, 0, 0.5f}, {1, 0, 0.4f}}, 2, family, {.base = {1}});
  EXPECT_FALSE(r.novel_top1.has_value());
  EXPECT_FALSE(r.coverage.has_value());
  EXPECT_FALSE(r.family.has_value());
  EXPECT_EQ(r.base_top1, 1.0 / 3);
  EXPECT_EQ(error_text([&] { r.coverage_at(0.99); }),
            "[one_shot] coverage needs novel test photos, got none");
  EXPECT_EQ(to_json(r).dump(),
            R"({"novel_top1":null,"coverage":{"0.9":null,"0.95":null,"0.99":null,"0.999":null},)"
            R"("base_top1":0.3333333333333333,"novel_images":0,"identities":2})");
  // One that cannot be read is a photo too.
  EXPECT_EQ(score_one_shot({}, {}, 2, {}, {.base = {1}}).base_top1, 0.0);
  EXPECT_EQ(score_one_shot({}, {}, 2, {}, {.novel = {1}}).novel_top1, 0.0);
}

TEST(OneShot, BaseGateOpensAtExactly98Percent) {
  const auto gate = [](std::size_t right, std::size_t wrong) {
    std::vector<Recognition> base(right, {0, 0, 1});
    base.insert(base.end(), wrong, {0, 1, 1});
    return score_one_shot({{1, 1, 1}}, base, 2).base_gate;
  };
  EXPECT_EQ(gate(49, 1), true);
  EXPECT_EQ(gate(98, 2), true);
  EXPECT_EQ(gate(97, 2), false);
}

TEST(OneShot, ErrorsAreSortedByFamilyAndConfidence) {
  const std::vector<int> family = {0, 0, 1, 1};
  const std::vector<Recognition> novel = {
      {0, 1, 0.9f},  // confident, in the family
      {0, 2, 0.8f},  // confident, elsewhere
      {3, 3, 0.7f},  // confident and right
      {3, 2, 0.1f},  // in the family
      {3, 0, 0.2f},  // elsewhere
      {0, 1, 0.3f},  // in the family
      {2, 2, 0.0f},
  };
  const auto r = score_one_shot(novel, {}, 4, family);
  ASSERT_TRUE(r.family.has_value());
  EXPECT_EQ(r.family->errors, 5u);
  EXPECT_EQ(r.family->in_family, 3u);
  EXPECT_EQ(r.family->confident_errors, 2u);
  EXPECT_EQ(r.family->confident_in_family, 1u);
}

TEST(OneShot, BadInputIsNamed) {
  const std::vector<float> prototypes = {1, 0};
  const std::vector<ClassId> id = {0};
  EXPECT_EQ(error_text([&] {
              one_shot({prototypes, 2}, {}, {});
            }),
            "[one_shot] at least one test photo, novel or base, is needed, got none");
  EXPECT_EQ(error_text([&] {
              one_shot({prototypes, 2}, {{{}, 2}, id}, {});
            }),
            "[one_shot] there must be one identity per test embedding, got 1 for 0");
  EXPECT_EQ(error_text([] {
              score_one_shot({{0, 0, 1}, {4, 0, 1}}, {}, 2);
            }),
            "[one_shot] class ids of novel photo 1 must be below 2, got 4");
  EXPECT_EQ(error_text([] {
              score_one_shot({{0, 0, 1}}, {{0, -1, 1}}, 2);
            }),
            "[one_shot] class ids of base photo 0 must be below 2, got -1");
  EXPECT_EQ(error_text([&] {
              score_one_shot({{0, 0, 1}}, {}, 2, id);
            }),
            "[one_shot] the family table must have one entry per identity, got 1 for 2");
  EXPECT_EQ(error_text([] {
              score_one_shot({{0, 0, std::nanf("")}}, {}, 2);
            }),
            "[coverage] confidence of image 0 must be a number, got nan");
}

}  // namespace
}  // namespace dg
