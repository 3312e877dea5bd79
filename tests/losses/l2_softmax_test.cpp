#include "losses/l2_softmax.h"

#include <gtest/gtest.h>

#include "error_text.h"
#include "losses/labels.h"

namespace dg {
namespace {

TEST(L2Softmax, IsSoftmaxCrossEntropyOfScaledEmbeddingsWithPlainWeightsAndBias) {
  Rng rng(1);
  L2Softmax loss({.classes = 7, .embedding = 4, .scale = 16, .weight_sd = 0.5});
  loss.initialise(rng);
  loss.parameters()[1]->set(random_normal({7}, rng));
  const Tensor e = unit_rows(5, 4, rng);
  const Labels labels{3, 0, 6, 3, 1};
  const Matrix rows = matrix_of(e), weight = matrix_of(loss.parameters()[0]->value.value());
  const std::vector<Real> bias = loss.parameters()[1]->value.value().to_vector();
  double expected = 0;
  std::vector<std::int32_t> hardest;
  for (std::size_t i = 0; i < 5; ++i) {
    double sum = 0, target = 0, highest = -1e9;
    std::int32_t best = -1;
    for (std::size_t c = 0; c < 7; ++c) {
      const double logit = 16 * inner_product(rows[i], weight[c]) + bias[c];
      sum += std::exp(logit);
      if (static_cast<std::int32_t>(c) == labels[i]) {
        target = logit;
      } else if (logit > highest) {
        highest = logit;
        best = static_cast<std::int32_t>(c);
      }
    }
    expected += (std::log(sum) - target) / 5;
    hardest.push_back(best);
  }
  const SoftmaxCrossEntropy result = loss(Var(e), labels_of(labels));
  EXPECT_NEAR(result.loss.value().item(), expected, 1e-12);
  EXPECT_EQ(result.hardest.class_id.to_vector(), hardest);
}

TEST(L2Softmax, ZeroWeightsGiveLogOfTheClassesAndTiedHardestClasses) {
  Rng rng(2);
  L2Softmax loss({.classes = 9, .embedding = 3, .weight_sd = 0});
  loss.initialise(rng);
  const SoftmaxCrossEntropy r = loss(Var(unit_rows(2, 3, rng)), labels_of({0, 8}));
  EXPECT_NEAR(r.loss.value().item(), std::log(9), 1e-12);
  EXPECT_EQ(r.hardest.tied.to_vector(), (std::vector<std::uint8_t>{1, 1}));
}

TEST(L2Softmax, ParametersAreNamedSizedAndDecayedAsThePaperSays) {
  L2Softmax loss({.classes = 20000, .embedding = 512});
  const std::vector<Parameter*> p = loss.parameters();
  ASSERT_EQ(p.size(), 3u);
  EXPECT_EQ(p[0]->name, "l2_softmax.weight");
  EXPECT_EQ(p[1]->name, "l2_softmax.bias");
  EXPECT_EQ(p[2]->name, "l2_softmax.alpha");
  EXPECT_EQ(p[0]->shape.elements() + p[1]->shape.elements(), 10260000);
  EXPECT_FALSE(p[0]->value.defined());  // counted without memory
  EXPECT_TRUE(p[0]->decay);
  EXPECT_FALSE(p[1]->decay || p[2]->decay);
  EXPECT_EQ(p[2]->floor, 1);
}

TEST(L2Softmax, WeightsStartNormalWithTheNamedDeviation) {
  Rng rng(3);
  L2Softmax loss({.classes = 200, .embedding = 100, .weight_sd = 0.02});
  loss.initialise(rng);
  double sum = 0, squares = 0;
  for (const Real w : loss.parameters()[0]->value.value().to_vector()) {
    sum += w;
    squares += w * w;
  }
  EXPECT_NEAR(sum / 20000, 0, 4 * 0.02 / std::sqrt(20000));
  EXPECT_NEAR(std::sqrt(squares / 20000), 0.02, 4 * 0.02 / std::sqrt(40000));
  EXPECT_TRUE(all_zero(loss.parameters()[1]->value.value()));
  EXPECT_EQ(loss.parameters()[2]->value.value().item(), 16);
}

TEST(L2Softmax, AFixedScaleGetsNoGradient) {
  Rng rng(4);
  L2Softmax loss({.classes = 3, .embedding = 2, .train_scale = false});
  loss.initialise(rng);
  const Parameter& alpha = *loss.parameters()[2];
  EXPECT_FALSE(alpha.trainable);
  backward(loss(Var(unit_rows(2, 2, rng), true), labels_of({0, 1})).loss);
  EXPECT_FALSE(alpha.value.requires_grad());
}

TEST(L2Softmax, LeastScaleLeavesRoomForTheProbability) {
  // C classes spread evenly have cosine -1/(C-1) at best; the paper's approximation is ln(p (C-2) / (1-p)).
  EXPECT_NEAR(l2_softmax_least_scale(20000, 0.9), std::log(0.9 * 19998 / 0.1), 1e-12);
  EXPECT_THROW(l2_softmax_least_scale(2, 0.9), Error);
}

TEST(L2Softmax, LeastScaleNeedsAProbabilityBetweenZeroAndOne) {
  for (const double p : {0.0, 1.0, -0.5, 1.5}) {
    EXPECT_TRUE(contains(error_text([&] { l2_softmax_least_scale(10, p); }),
                         "[l2_softmax] least scale needs classes >= 3 and 0 < p < 1"))
        << p;
  }
  EXPECT_NEAR(l2_softmax_least_scale(3, 0.5), 0, 1e-12);  // the fewest classes
}

TEST(L2Softmax, BeforeInitialiseIsRefused) {
  Rng rng(5);
  const L2Softmax loss({.classes = 3, .embedding = 2});
  EXPECT_EQ(error_text([&] {
              loss(Var(unit_rows(2, 2, rng)), labels_of({0, 1}));
            }),
            "[l2_softmax] initialise must come first");
}

}  // namespace
}  // namespace dg
