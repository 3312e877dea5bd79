// Nesterov SGD on the device: several steps with given gradients.
#include "device/under_test.h"
#include "optim/nesterov_sgd.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

constexpr int updates = 5;

// A weight that decays, a number with a floor and a rate of its own, one that is not trained, one that gets a
// gradient only in every other step.
Named train(Device on, const NesterovSgdOptions& options, Index size) {
  Parameter weight{.name = "weight", .shape = {size}, .decay = true},
      number{.name = "number", .shape = {1}, .floor = 0.9, .rate_multiplier = 3},
      fixed{.name = "fixed", .shape = {2}, .trainable = false}, rare{.name = "rare", .shape = {3, 5}};
  const std::vector<Parameter*> all{&weight, &number, &fixed, &rare};
  Rng rng(4);
  for (Parameter* p : all) {
    const Numbers start = normal(p->shape.elements(), rng);
    p->set(Tensor::from(p->shape, start, on));
  }
  number.set(Tensor::full({1}, 1, on));
  NesterovSgd sgd(all, options);
  Named out;
  for (int step = 0; step < updates; ++step) {
    for (Parameter* p : {&weight, &number, &rare}) {
      if (p == &rare && step % 2 == 1) continue;
      const Numbers gradient = normal(p->shape.elements(), rng);
      backward(p->value, Tensor::from(p->shape, gradient, on));
    }
    sgd.step(0.1 / (1 + step));
    out.emplace_back(fmt::format("norm of step {}", step),
                     Numbers{options.clip_norm > 0 ? static_cast<float>(sgd.gradient_norm()) : 0});
    EXPECT_FALSE(weight.value.grad().defined() && weight.value.grad().size() > 0) << "gradients are cleared";
  }
  for (const Parameter* p : all) out.emplace_back(p->name, p->value.value().to_vector());
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i)
    out.emplace_back("velocity of " + sgd.parameters()[i]->name, sgd.velocity(i).to_vector());
  return out;
}

void check(Index size) {
  for (const bool inside : {false, true}) {
    for (const double clip : {0.0, 1.0, 1e6}) {  // off, at every step, never reached
      compare(
          [&](Device on) {
            return train(on, {.decay = 0.01, .rate_inside = inside, .clip_norm = clip}, size);
          },
          {.operation = "NesterovSgd",
           .what = fmt::format("{} weights, rate {}, clip {}", size, inside ? "inside" : "outside", clip),
           .reduction = updates * (size + 16)});
    }
  }
}

TEST(DeviceNesterovSgd, SeveralStepsWithAndWithoutClipping) {
  check(7);
  check(301);
}

TEST(LargeDeviceNesterovSgd, AWeightOfMoreThanTwoToTheSixteen) { check(65'537); }

}  // namespace
}  // namespace dg::test
