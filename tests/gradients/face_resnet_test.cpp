// One directional check of all parameters of a tiny face_resnet under the joint loss: with d a random
// direction in the space of all trainable numbers, <gradient, d> against (loss(w + h d) - loss(w - h d)) /
// 2h. The drawn pairs are fixed.
#include "layers/face_resnet.h"

#include <cmath>

#include "autograd/ops.h"
#include "gradients/check.h"
#include "layers/lsuv.h"
#include "losses/three_losses.h"

namespace dg {
namespace {

TEST(Gradients, FaceResnetUnderTheJointLoss) {
  Network net = face_resnet({.input = 24,
                             .width = 0.0625,
                             .embedding = 6,
                             .blocks = {1, 1},
                             .branches = {3},
                             .padding = Padding::same});
  ThreeLosses losses({.l2_softmax = {.classes = 7, .embedding = 6, .weight_sd = 0.3}});
  Rng rng(11);
  net.initialise(rng);
  losses.initialise(rng);
  const Tensor images = random_normal({9, 24, 24, 3}, rng);
  lsuv(net, images);
  const auto labels = Array<std::int32_t>::from(std::vector<std::int32_t>{0, 0, 0, 3, 3, 3, 5, 5, 5});
  std::vector<Parameter*> parameters = net.parameters();
  for (Parameter* p : losses.parameters()) parameters.push_back(p);
  std::erase_if(parameters, [](const Parameter* p) { return !p->trainable; });

  // Every photo's first partner of its own class and first stranger: fixed, so that the loss is a smooth
  // function nearly everywhere.
  const DrawnPairs pairs{Array<std::int32_t>::from(std::vector<std::int32_t>{1, 2, 0, 4, 5, 3, 7, 8, 6}),
                         Array<std::int32_t>::from(std::vector<std::int32_t>{3, 4, 5, 6, 7, 8, 0, 1, 2})};
  const auto loss = [&] { return losses(l2_normalize(net.forward(Var(images))), labels, {}, pairs).total; };

  backward(loss());
  std::vector<std::vector<Real>> direction, start;
  double analytic = 0;
  std::int64_t numbers = 0;
  for (const Parameter* p : parameters) {
    direction.push_back(random_normal(p->shape, rng).to_vector());
    start.push_back(p->value.value().to_vector());
    numbers += p->shape.elements();
    ASSERT_TRUE(p->value.grad().defined()) << p->name << " got no gradient";
    const std::vector<Real> g = p->value.grad().to_vector();
    for (std::size_t i = 0; i < g.size(); ++i) analytic += g[i] * direction.back()[i];
  }
  const auto loss_at = [&](double h) {
    const NoGrad guard;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      std::vector<Real> moved = start[i];
      for (std::size_t j = 0; j < moved.size(); ++j) moved[j] += h * direction[i][j];
      Tensor(parameters[i]->value.value()).set(moved);
    }
    return loss().value().item();
  };
  const double h = 1e-6, numeric = (loss_at(h) - loss_at(-h)) / (2 * h);
  const double error = std::abs(analytic - numeric);
  const double tolerance = 1e-7 + 1e-6 * std::max(std::abs(analytic), std::abs(numeric));
  ++operations_checked();
  std::printf("%-28s %-10s %5lld numbers, one direction, error %.1e, tolerance %.1e\n",
              "face_resnet + joint loss", "all", static_cast<long long>(numbers), error, tolerance);
  EXPECT_LE(error, tolerance) << analytic << " against " << numeric;
}

}  // namespace
}  // namespace dg
