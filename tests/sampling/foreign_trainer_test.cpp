// The samplers used alone, by a trainer that is not ours: it needs ids, logits and nothing else of this
// project. Its "network" is a table of scores in which classes 2n and 2n+1 look alike.
#include <gtest/gtest.h>

#include <algorithm>

#include "sampling/doppelganger_sampler.h"
#include "sampling/lag_queue.h"
#include "sampling/list_health.h"

namespace {

constexpr int classes = 200, photos_per_class = 5, lag = 2;

/// The score of class `k` for a photo of class `label`.
float score(int label, int k, dg::Rng& noise) {
  return (k / 2 == label / 2 ? 10.0f : 0.0f) + static_cast<float>(noise.normal());
}

struct Trainer {
  dg::IdentityIndex index = dg::IdentityIndex::from_labels(labels_of_photos(), classes);
  dg::DoppelgangerList list{classes};
  dg::LagQueue queue{lag};
  dg::DoppelgangerSampler sampler{index, list, dg::ClassCounts::fixed(36, 12, 3), /*random_classes=*/6,
                                  dg::Rng(1)};

  /// Step `t`: draw a batch, score it, learn who looks alike.
  dg::Batch step(int t) {
    queue.deliver(t, list);
    const dg::Batch batch = sampler.next();

    std::vector<dg::ClassId> other;
    std::vector<float> logit;
    std::vector<std::uint8_t> tied;
    for (std::size_t row = 0; row < batch.photos.size(); ++row) {
      dg::Rng noise(2, static_cast<std::uint64_t>(batch.photos[row]));
      std::vector<float> scores;
      for (int k = 0; k < classes; ++k) scores.push_back(score(batch.labels[row], k, noise));
      scores[static_cast<std::size_t>(batch.labels[row])] = -1e30f;
      const auto best = std::max_element(scores.begin(), scores.end());
      other.push_back(static_cast<dg::ClassId>(best - scores.begin()));
      logit.push_back(*best);
      tied.push_back(std::count(scores.begin(), scores.end(), *best) > 1);
    }
    queue.push(t, dg::mine({batch.labels, other, logit, tied}));
    return batch;
  }

  static std::vector<dg::ClassId> labels_of_photos() {
    std::vector<dg::ClassId> labels;
    for (int photo = 0; photo < classes * photos_per_class; ++photo)
      labels.push_back(photo / photos_per_class);
    return labels;
  }
};

TEST(ForeignTrainer, FindsLookAlikesAndPutsThemIntoTheSameBatch) {
  Trainer trainer;
  for (int t = 0; t < 200; ++t) trainer.step(t);
  const dg::ListFigures figures = dg::ListHealth(dg::DoppelgangerList(classes)).measure(trainer.list);
  EXPECT_GT(figures.filled, 0.98);
  EXPECT_EQ(figures.in_degree_max, 1);
  for (dg::ClassId c = 0; c < classes; ++c) EXPECT_TRUE(trainer.list[c] == (c ^ 1) || trainer.list[c] == -1);

  const dg::Batch batch = trainer.step(200);
  int pairs = 0;
  for (const dg::ClassId c : batch.classes) {
    pairs += std::find(batch.classes.begin(), batch.classes.end(), c ^ 1) != batch.classes.end();
  }
  EXPECT_GE(pairs, 10);  // of 12 classes; a random batch has less than one such class in the mean
}

TEST(ForeignTrainer, StoppedAndResumedItSeesTheSameBatches) {
  Trainer whole, first, second;
  for (int t = 0; t < 10; ++t) whole.step(t);
  for (int t = 0; t < 10; ++t) first.step(t);
  second.list.load(first.list.save());
  second.queue.load(first.queue.save());
  second.sampler.load(first.sampler.save());
  for (int t = 10; t < 20; ++t) EXPECT_EQ(second.step(t), whole.step(t));
  EXPECT_EQ(second.list.save(), whole.list.save());
  EXPECT_EQ(second.queue.save(), whole.queue.save());
  EXPECT_EQ(second.sampler.save(), whole.sampler.save());
}

}  // namespace
