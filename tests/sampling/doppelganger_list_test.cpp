#include "sampling/doppelganger_list.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

std::vector<ClassId> entries(const DoppelgangerList& list) {
  return {list.entries().begin(), list.entries().end()};
}

void observe(DoppelgangerList& list, const std::vector<ClassId>& labels, const std::vector<ClassId>& others,
             const std::vector<float>& logits, const std::vector<std::uint8_t>& tied) {
  list.observe({.labels = labels, .class_id = others, .logit = logits, .tied = tied});
}

TEST(DoppelgangerList, StartsEmpty) {
  const DoppelgangerList list(3);
  EXPECT_EQ(list.classes(), 3);
  for (ClassId c = 0; c < 3; ++c) EXPECT_EQ(list[c], no_class);
}

TEST(DoppelgangerList, AnObservationOverwrites) {
  DoppelgangerList list(5);
  observe(list, {0, 0, 3}, {1, 2, 4}, {0.1f, 0.2f, 5.0f}, {0, 0, 0});
  EXPECT_EQ(entries(list), (std::vector<ClassId>{2, -1, -1, 4, -1}));
  observe(list, {0}, {4}, {-100.0f}, {0});  // a later batch counts, however low its logit
  EXPECT_EQ(list.of(0), 4);
}

TEST(DoppelgangerList, TiedScoresLeaveTheEntryAlone) {
  DoppelgangerList list(4);
  observe(list, {0, 1}, {1, 3}, {0, 0}, {1, 0});
  EXPECT_EQ(list[0], no_class);
  EXPECT_EQ(list[1], 3);
  observe(list, {1, 1}, {0, 2}, {1, 1}, {0, 0});
  EXPECT_EQ(list[1], 3);
}

TEST(DoppelgangerList, ARuleOfTheCallersWritesEntriesAsTheyAre) {
  DoppelgangerList list(4);
  list.observe_classes(std::vector<ClassId>{2, 0, 2}, std::vector<ClassId>{1, 3, 0});
  EXPECT_EQ(entries(list), (std::vector<ClassId>{3, -1, 0, -1}));
  list.observe_classes(std::vector<ClassId>{2}, std::vector<ClassId>{no_class});
  EXPECT_EQ(list[2], no_class);
}

TEST(DoppelgangerList, ARefusedObservationChangesNothing) {
  DoppelgangerList list(4);
  const auto refused = [&](std::vector<ClassId> classes, std::vector<ClassId> doppelgangers) {
    return error_text([&] { list.observe_classes(classes, doppelgangers); });
  };
  EXPECT_TRUE(
      contains(refused({0, 1}, {1, 4}), "doppelganger of class 1 must be another class of 0..3, got 4"));
  EXPECT_TRUE(contains(refused({0, 1}, {1, 1}), "another class"));
  EXPECT_TRUE(contains(refused({0, 4}, {1, 0}), "0..3, got 4"));
  EXPECT_TRUE(contains(refused({0, 1}, {1, -2}), "got -2"));
  EXPECT_TRUE(contains(refused({0, 1}, {1}), "2 classes and 1 doppelgangers"));
  EXPECT_EQ(list, DoppelgangerList(4));
}

TEST(DoppelgangerList, RefusesClassesThatDoNotExist) {
  const DoppelgangerList list(4);
  EXPECT_NE(error_text([&] { list.of(4); }), "no error");
  EXPECT_NE(error_text([&] { list.of(no_class); }), "no error");
  EXPECT_NE(error_text([] { DoppelgangerList(0); }), "no error");
}

TEST(DoppelgangerList, ItsStateIsFourBytesAClassAndAHeader) {
  DoppelgangerList list(3);
  list.observe_classes(std::vector<ClassId>{0, 2}, std::vector<ClassId>{2, 1});
  EXPECT_EQ(list.save(), (State{'D', 'G', 'L', 'S', 3,    0,    0,    0,    0, 0, 0, 0,  //
                                2,   0,   0,   0,   0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0}));
}

TEST(DoppelgangerList, LoadingASavedStateGivesTheSameList) {
  DoppelgangerList list(3), other(3);
  list.observe_classes(std::vector<ClassId>{0, 2}, std::vector<ClassId>{2, 1});
  other.load(list.save());
  EXPECT_EQ(other, list);
  EXPECT_EQ(other.save(), list.save());
}

TEST(DoppelgangerList, ADamagedStateIsRefusedAndChangesNothing) {
  DoppelgangerList list(3);
  list.observe_classes(std::vector<ClassId>{0}, std::vector<ClassId>{2});
  const DoppelgangerList before = list;
  const State good = list.save();
  const auto refused = [&](State state) { return error_text([&] { list.load(state); }); };

  EXPECT_TRUE(contains(refused(DoppelgangerList(4).save()), "of 4 classes, this one of 3"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(refused(State(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))), "no error")
        << size;
  }
  State changed = good;
  changed.push_back(0);
  EXPECT_TRUE(contains(refused(changed), "1 bytes too long"));
  changed = good;
  changed[0] = 'X';
  EXPECT_TRUE(contains(refused(changed), "kind DGLS"));
  changed = good;
  changed[12] = 3;  // class 0 -> 3, which does not exist
  EXPECT_TRUE(contains(refused(changed), "got 3"));
  changed[12] = 0;  // class 0 -> itself
  EXPECT_TRUE(contains(refused(changed), "another class"));
  changed = good;
  changed[11] = 0x7F;  // a length near 2^63
  EXPECT_TRUE(contains(refused(changed), "ends too early"));
  EXPECT_EQ(list, before);
}

}  // namespace
}  // namespace dg
