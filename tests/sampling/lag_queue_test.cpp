#include "sampling/lag_queue.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

/// What step s teaches in these tests: class 0's doppelganger is s + 1.
Observation step_says(std::int64_t step) { return {{0}, {static_cast<ClassId>(step + 1)}}; }

/// The last step that class 0's entry is from; -1 for none.
std::int64_t last_known(const DoppelgangerList& list) { return list[0] == no_class ? -1 : list[0] - 1; }

TEST(LagQueue, BatchTKnowsTheStepsUpToTMinusOneMinusTheLag) {
  for (int lag = 0; lag <= 4; ++lag) {
    LagQueue queue(lag);
    DoppelgangerList list(100);
    for (std::int64_t t = 0; t < 20; ++t) {
      queue.deliver(t, list);
      EXPECT_EQ(last_known(list), std::max<std::int64_t>(t - 1 - lag, -1))
          << "lag " << lag << ", batch " << t;
      queue.push(t, step_says(t));
    }
  }
}

// The trainer may run ahead or the loader: the list of batch t is the same.
TEST(LagQueue, TimingNeverChangesWhatABatchKnows) {
  const int lag = 3;
  for (std::int64_t ahead = -6; ahead <= lag;
       ++ahead) {  // batches prepared ahead; below 0: pushes come early
    LagQueue queue(lag);
    DoppelgangerList list(100);
    std::int64_t pushed = 0;
    for (std::int64_t t = 0; t < 20; ++t) {
      while (pushed < t - ahead) {
        queue.push(pushed, step_says(pushed));
        ++pushed;
      }
      queue.deliver(t, list);
      EXPECT_EQ(last_known(list), std::max<std::int64_t>(t - 1 - lag, -1)) << ahead << " ahead, batch " << t;
    }
  }
}

TEST(LagQueue, ABatchThatNeedsAStepNotYetSeenIsAnError) {
  LagQueue queue(2);
  DoppelgangerList list(9);
  for (std::int64_t t = 0; t <= 2; ++t) queue.deliver(t, list);  // as far ahead as the lag allows
  EXPECT_TRUE(contains(error_text([&] { queue.deliver(3, list); }), "batch 3 must know step 0"));
  queue.push(0, step_says(0));
  queue.deliver(3, list);
  EXPECT_EQ(last_known(list), 0);
}

TEST(LagQueue, StepsArePushedOnceAndInOrder) {
  LagQueue queue(1);
  EXPECT_TRUE(contains(error_text([&] { queue.push(1, {}); }), "next step to push is 0, got 1"));
  queue.push(0, {});
  EXPECT_TRUE(contains(error_text([&] { queue.push(0, {}); }), "next step to push is 1, got 0"));
  EXPECT_TRUE(contains(error_text([&] { queue.push(1, {{1, 2}, {3}}); }), "2 classes and 1 doppelgangers"));
  EXPECT_EQ(queue.next_step(), 1);
}

TEST(LagQueue, BatchesAreBuiltInOrder) {
  LagQueue queue(0);
  DoppelgangerList list(9);
  for (std::int64_t t = 0; t < 4; ++t) queue.push(t, step_says(t));
  queue.deliver(3, list);
  queue.deliver(3, list);
  EXPECT_EQ(last_known(list), 2);
  EXPECT_TRUE(contains(error_text([&] { queue.deliver(2, list); }), "batch 2 must not know step 2"));
  EXPECT_TRUE(contains(error_text([&] { queue.deliver(-1, list); }), "at least 0, got -1"));
  EXPECT_EQ(last_known(list), 2);
}

TEST(LagQueue, NegativeLagIsAnError) {
  EXPECT_TRUE(contains(error_text([] { LagQueue(-1); }), "at least 0, got -1"));
}

TEST(LagQueue, ASavedQueueContinuesTheSame) {
  for (std::int64_t stop = 0; stop < 8; ++stop) {
    LagQueue queue(2);
    DoppelgangerList list(100);
    for (std::int64_t t = 0; t < stop; ++t) {
      queue.deliver(t, list);
      queue.push(t, step_says(t));
    }
    LagQueue resumed(2);
    resumed.load(queue.save());
    EXPECT_EQ(resumed, queue);
    EXPECT_EQ(resumed.save(), queue.save());
    resumed.deliver(stop, list);
    EXPECT_EQ(last_known(list), std::max<std::int64_t>(stop - 3, -1));
    EXPECT_EQ(resumed.next_step(), stop);
  }
}

TEST(LagQueue, ADamagedStateIsRefusedAndChangesNothing) {
  LagQueue queue(2);
  queue.push(0, {{1, 2}, {3, 4}});
  queue.push(1, {});
  const LagQueue before = queue;
  const State good = queue.save();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const State cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(error_text([&] { queue.load(cut); }), "no error") << size;
  }
  State longer = good;
  longer.push_back(0);
  EXPECT_NE(error_text([&] { queue.load(longer); }), "no error");
  State negative = good;
  negative[15] = 0x80;  // the sign of "steps delivered"
  EXPECT_TRUE(contains(error_text([&] { queue.load(negative); }), "steps"));
  EXPECT_TRUE(contains(error_text([&] { queue.load(LagQueue(3).save()); }), "lag 3, this one 2"));
  EXPECT_TRUE(contains(error_text([&] { queue.load(DoppelgangerList(2).save()); }), "kind DGLQ"));
  EXPECT_EQ(queue, before);
}

}  // namespace
}  // namespace dg
