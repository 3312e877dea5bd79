// Gradient checks of the operations without parameters of their own: add, matmul, max_pool, concat, maxout,
// sum, mean, reshape.
#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {
namespace {

using Inputs = std::vector<Var>;

TEST(Gradients, Add) {
  Rng rng(1);
  const auto f = [](const Inputs& in) { return add(in[0], in[1]); };
  expect_gradients("add", f, {{"x", random_normal({3, 4, 5}, rng)}, {"y", random_normal({3, 4, 5}, rng)}});
  expect_gradients("add bias", f, {{"x", random_normal({3, 4, 5}, rng)}, {"b", random_normal({5}, rng)}});
  expect_gradients("add x + x", [](const Inputs& in) { return add(in[0], in[0]); },
                   {{"x", random_normal({3, 4}, rng)}});
}

TEST(Gradients, Matmul) {
  Rng rng(2);
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      expect_gradients(fmt::format("matmul {}{}", ta ? "a^T " : "a ", tb ? "b^T" : "b"),
                       [=](const Inputs& in) { return matmul(in[0], in[1], ta, tb); },
                       {{"a", random_normal(ta ? Shape{4, 3} : Shape{3, 4}, rng)},
                        {"b", random_normal(tb ? Shape{5, 4} : Shape{4, 5}, rng)}});
    }
  }
}

TEST(Gradients, Conv2d) {
  Rng rng(3);
  for (const Conv2dOptions o :
       {Conv2dOptions{1, 0, 1}, {1, 1, 1}, {2, 2, 1}, {1, 2, 2}, {1, 3, 3}, {2, 1, 2}}) {
    expect_gradients(fmt::format("conv2d s{} p{} d{}", o.stride, o.pad, o.dilation),
                     [=](const Inputs& in) { return conv2d(in[0], in[1], in[2], o); },
                     {{"x", random_normal({2, 6, 7, 3}, rng)},
                      {"w", random_normal({4, 3, 3, 3}, rng)},
                      {"bias", random_normal({4}, rng)}});
  }
  expect_gradients("conv2d 5x5 no bias",
                   [](const Inputs& in) { return conv2d(in[0], in[1], Var(), {.stride = 2}); },
                   {{"x", random_normal({2, 7, 7, 2}, rng)}, {"w", random_normal({3, 5, 5, 2}, rng)}});
}

TEST(Gradients, MaxPool) {
  Rng rng(4);
  expect_gradients("max_pool 2/2", [](const Inputs& in) { return max_pool(in[0]); },
                   {{"x", random_distinct({2, 5, 6, 3}, rng)}});
  expect_gradients("max_pool 3/2", [](const Inputs& in) { return max_pool(in[0], 3, 2); },
                   {{"x", random_distinct({2, 6, 7, 2}, rng)}});
  expect_gradients("max_pool 2/3", [](const Inputs& in) { return max_pool(in[0], 2, 3); },
                   {{"x", random_distinct({1, 7, 8, 2}, rng)}});
}

TEST(Gradients, Concat) {
  Rng rng(5);
  expect_gradients("concat", [](const Inputs& in) { return concat(in); },
                   {{"x", random_normal({2, 2, 2, 3}, rng)},
                    {"y", random_normal({2, 2, 2, 1}, rng)},
                    {"z", random_normal({2, 2, 2, 2}, rng)}});
}

TEST(Gradients, Maxout) {
  Rng rng(6);
  expect_gradients("maxout", [](const Inputs& in) { return maxout(in[0]); },
                   {{"x", random_distinct({5, 8}, rng)}});
}

TEST(Gradients, SumMeanReshape) {
  Rng rng(7);
  expect_gradients("sum", [](const Inputs& in) { return sum(in[0]); }, {{"x", random_normal({3, 4}, rng)}});
  expect_gradients("mean", [](const Inputs& in) { return mean(in[0]); }, {{"x", random_normal({3, 4}, rng)}});
  expect_gradients("reshape",
                   [](const Inputs& in) {
                     return reshape(in[0], {4, 3});
                   },
                   {{"x", random_normal({3, 4}, rng)}});
}

TEST(Gradients, ArfaInPlaceInsideAChain) {
  Rng rng(8);
  const Tensor a = Tensor::full({4}, Real(0.8));
  // arfa overwrites the sum, which nobody keeps.
  expect_gradients("arfa(x + y)", [](const Inputs& in) { return arfa(add(in[0], in[1]), in[2], 1.2); },
                   {{"x", random_away_from_zero({3, 4}, rng, 3)}, {"y", random_normal({4}, rng)}, {"a", a}});
  // x + arfa(conv(x)): the residual branch must not touch x.
  expect_gradients(
      "x + arfa(conv(x))",
      [](const Inputs& in) { return add(arfa(conv2d(in[0], in[1], Var(), {.pad = 1}), in[2], 1.2), in[0]); },
      {{"x", random_normal({2, 3, 3, 4}, rng)}, {"w", random_normal({4, 3, 3, 4}, rng)}, {"a", a}});
}

}  // namespace
}  // namespace dg
