// Ten steps of a small network on made-up numbers, on batches of the sampler: the loss must fall.
#include <cstdio>

#include "autograd/ops.h"
#include "layers/linear.h"
#include "losses/l2_softmax.h"
#include "optim/nesterov_sgd.h"
#include "sampling/doppelganger_sampler.h"

int main() {
  dg::Rng rng(1);
  dg::Linear layer("layer", 8, 16);
  dg::L2Softmax loss({.classes = 4, .embedding = 8});
  layer.initialise(rng, dg::Device::cpu);
  loss.initialise(rng);
  std::vector<dg::Parameter*> parameters = layer.parameters();
  for (dg::Parameter* p : loss.parameters()) parameters.push_back(p);
  dg::NesterovSgd optimiser(parameters, {.momentum = 0.9, .clip_norm = 1});

  const std::vector<dg::ClassId> classes{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
  const dg::IdentityIndex index = dg::IdentityIndex::from_labels(classes, 4);
  dg::DoppelgangerList list(4);
  dg::DoppelgangerSampler sampler(index, list, dg::ClassCounts::fixed(6, 3, 2), 1, dg::Rng(2));
  float first = 0, last = 0;
  for (int step = 0; step < 10; ++step) {
    const dg::Batch batch = sampler.next();
    std::vector<float> x;
    for (const dg::ClassId label : batch.labels) {
      for (int d = 0; d < 8; ++d) x.push_back(static_cast<float>((d % 4 == label) + 0.1 * rng.normal()));
    }
    const dg::Var e = dg::l2_normalize(dg::maxout(layer.forward(dg::Var(dg::Tensor::from({6, 8}, x)))));
    const auto [mean, hardest, target] = loss(e, dg::Array<std::int32_t>::from(batch.labels));
    list.observe(
        {batch.labels, hardest.class_id.to_vector(), hardest.logit.to_vector(), hardest.tied.to_vector()});
    last = mean.value().item();
    if (step == 0) first = last;
    dg::backward(mean);
    optimiser.step(0.02);
  }
  std::printf("loss %.3f -> %.3f\n", static_cast<double>(first), static_cast<double>(last));
  return last < 0.75f * first ? 0 : 1;
}
