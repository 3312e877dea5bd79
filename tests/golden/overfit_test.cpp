// A network that cannot learn one batch by heart learns nothing. Twelve photos of random pixels, four
// classes: each loss alone, and all together, must go to nearly nothing on them. (The hinges of the
// exemplar-based losses reach 0 exactly; the L2-Softmax only comes near.)
#include <gtest/gtest.h>

#include "layers/face_resnet.h"
#include "layers/lsuv.h"
#include "losses/three_losses.h"
#include "optim/nesterov_sgd.h"

namespace dg {
namespace {

struct Course {
  double first = 0, last = 0;
};

Course train(const ThreeWeights& weights, int steps, double rate) {
  Rng rng(5);
  Network network = face_resnet({.input = 16,
                                 .width = 1.0 / 16,
                                 .embedding = 8,
                                 .blocks = {1, 1},
                                 .branches = {2},
                                 .padding = Padding::same});
  ThreeLosses losses({.l2_softmax = {.classes = 4, .embedding = 8}});
  network.initialise(rng);
  losses.initialise(rng);
  const Tensor x({12, 16, 16, 3});
  for (std::int64_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<Real>(rng.uniform(-1, 1));
  const auto labels =
      Array<std::int32_t>::from(std::vector<std::int32_t>{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3});
  lsuv(network, x);
  std::vector<Parameter*> parameters = network.parameters();
  for (Parameter* p : losses.parameters()) parameters.push_back(p);
  NesterovSgd optimiser(parameters, {.clip_norm = 1});
  Course course;
  for (int t = 0; t < steps; ++t) {
    const ThreeLoss loss = losses(l2_normalize(network.forward(Var(x))), labels, weights, rng);
    course.last = loss.total.value().item();
    if (t == 0) course.first = course.last;
    backward(loss.total);
    optimiser.step(rate);
  }
  return course;
}

TEST(OverfitOneBatch, L2Softmax) {
  const Course course = train({.l2_softmax = 1, .lifted = 0, .margin = 0}, 150, 0.02);
  EXPECT_GT(course.first, 1);
  EXPECT_LT(course.last, 1e-3);
}

TEST(OverfitOneBatch, LiftedStructured) {
  const Course course = train({.l2_softmax = 0, .lifted = 1, .margin = 0}, 150, 0.02);
  EXPECT_GT(course.first, 1);
  EXPECT_EQ(course.last, 0);
}

TEST(OverfitOneBatch, Margin) {
  const Course course = train({.l2_softmax = 0, .lifted = 0, .margin = 1}, 150, 0.02);
  EXPECT_GT(course.first, 0.1);
  EXPECT_EQ(course.last, 0);
}

TEST(OverfitOneBatch, AllTogether) {
  const Course course = train({.l2_softmax = 1, .lifted = 0.1, .margin = 1}, 150, 0.02);
  EXPECT_GT(course.first, 1);
  EXPECT_LT(course.last, 1e-3);
}

}  // namespace
}  // namespace dg
