#include "recognition/classifier.h"

#include <algorithm>
#include <cmath>

#include "losses/l2_softmax.h"
#include "optim/nesterov_sgd.h"
#include "optim/sgdr.h"
#include "sampling/random_sampler.h"

namespace dg {
namespace {

Parameter& named(const std::vector<Parameter*>& parameters, const std::string& name) {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  require(found != parameters.end(), "learn_classifier", "the loss must have a parameter {}", name);
  return **found;
}

void set(Parameter& parameter, std::span<const float> values, Device device) {
  parameter.set(Tensor::from(parameter.shape, values, device));
}

}  // namespace

Classifier start_classifier(const EmbeddingView& means, double alpha) {
  check_embeddings("start_classifier", means);
  Classifier start;
  start.weight.assign(means.values.begin(), means.values.end());
  start.bias.assign(means.rows(), 0.0f);
  start.dim = means.dim;
  start.alpha = alpha;
  return start;
}

LearntClassifier learn_classifier(const Classifier& start, const IdentityIndex& index,
                                  const EmbedBatch& embed, const ClassifierLearning& o, Rng rng,
                                  Device device) {
  constexpr auto where = "learn_classifier";
  const std::int64_t classes = index.classes();
  require(static_cast<std::int64_t>(start.bias.size()) == classes &&
              start.weight.size() == start.bias.size() * start.dim,
          where, "the start must have {} rows of {} numbers and as many biases, got {} numbers and {} biases",
          classes, start.dim, start.weight.size(), start.bias.size());
  require(o.batch >= 1 && o.batch <= classes, where,
          "classifier.batch must be in 1..{}, the number of identities, got {}", classes, o.batch);
  L2Softmax loss({.classes = classes,
                  .embedding = static_cast<std::int64_t>(start.dim),
                  .scale = start.alpha,
                  .train_scale = o.train_alpha});
  const std::vector<Parameter*> parameters = loss.parameters();
  Parameter &weight = named(parameters, "l2_softmax.weight"), &bias = named(parameters, "l2_softmax.bias"),
            &alpha = named(parameters, "l2_softmax.alpha");
  const auto start_alpha = static_cast<float>(start.alpha);
  set(weight, start.weight, device);
  set(bias, start.bias, device);
  set(alpha, {&start_alpha, 1}, device);
  NesterovSgd optimiser(parameters, {.momentum = o.momentum, .decay = o.decay, .rate_inside = o.rate_inside});
  const Sgdr schedule({.rate = o.rate, .final_rate = o.final_rate, .steps = o.iterations});
  const auto batch_classes = static_cast<int>(o.batch);
  RandomSampler sampler(index, ClassCounts::fixed(batch_classes, batch_classes, 1), rng);
  LearntClassifier learnt;
  for (std::int64_t t = 0; t < o.iterations; ++t) {
    const Batch batch = sampler.next();
    const SoftmaxCrossEntropy result =
        loss(Var(embed(t, batch.photos)), Array<std::int32_t>::from(batch.labels, device));
    learnt.losses.push_back(result.loss.value().item());
    require(std::isfinite(learnt.losses.back()), where, "the loss of iteration {} must be finite, got {}", t,
            learnt.losses.back());
    backward(result.loss);
    optimiser.step(schedule.rate(t));
  }
  learnt.classifier.weight = weight.value.value().to_vector();
  learnt.classifier.bias = bias.value.value().to_vector();
  learnt.classifier.dim = start.dim;
  learnt.classifier.alpha = alpha.value.value().to_vector()[0];
  return learnt;
}

}  // namespace dg
