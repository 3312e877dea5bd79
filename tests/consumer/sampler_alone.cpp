// The sampler without the framework, in 40 lines: 100 classes of which 2n and 2n + 1 look alike, and a
// "trainer" that only knows a score for each pair of classes. After a while the batches are made of
// look-alikes.
#include <cstdio>

#include "sampling/doppelganger_sampler.h"

constexpr int classes = 100;  // with 5 photos each

float score(int shown, int other) { return shown / 2 == other / 2 ? 5.0f : 0.01f * float(other); }

int main() {
  std::vector<dg::ClassId> label_of_photo;
  for (int i = 0; i < 5 * classes; ++i) label_of_photo.push_back(i / 5);
  const dg::IdentityIndex index = dg::IdentityIndex::from_labels(label_of_photo, classes);
  dg::DoppelgangerList list(classes);
  dg::DoppelgangerSampler sampler(index, list, dg::ClassCounts::fixed(24, 8, 3), /*random_classes=*/4,
                                  dg::Rng(1));

  int look_alikes = 0;
  for (int step = 0; step < 200; ++step) {
    const dg::Batch batch = sampler.next();
    std::vector<dg::ClassId> best;
    std::vector<float> logit;
    for (const dg::ClassId label : batch.labels) {
      dg::ClassId top = label == 0 ? 1 : 0;
      for (dg::ClassId c = 0; c < classes; ++c) {
        if (c != label && score(label, c) > score(label, top)) top = c;
      }
      best.push_back(top);
      logit.push_back(score(label, top));
    }
    const std::vector<std::uint8_t> tied(best.size(), 0);
    list.observe({batch.labels, best, logit, tied});
    for (int i = 4; i < 8 && step >= 100; ++i)
      look_alikes += batch.classes[i] / 2 == batch.classes[i - 4] / 2;
  }
  std::printf("%d of 400 doppelganger places hold a look-alike\n", look_alikes);
  return look_alikes > 340 ? 0 : 1;
}
