#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Conv2d) {
  Rng rng(3);
  for (const Conv2dOptions o :
       {Conv2dOptions{1, 0, 1}, {1, 1, 1}, {2, 2, 1}, {1, 2, 2}, {1, 3, 3}, {2, 1, 2}}) {
    expect_gradients(fmt::format("conv2d s{} p{} d{}", o.stride, o.pad, o.dilation),
                     [=](const std::vector<Var>& in) { return conv2d(in[0], in[1], in[2], o); },
                     {{"x", random_normal({2, 6, 7, 3}, rng)},
                      {"w", random_normal({4, 3, 3, 3}, rng)},
                      {"bias", random_normal({4}, rng)}});
  }
  expect_gradients("conv2d 5x5 no bias",
                   [](const std::vector<Var>& in) { return conv2d(in[0], in[1], Var(), {.stride = 2}); },
                   {{"x", random_normal({2, 7, 7, 2}, rng)}, {"w", random_normal({3, 5, 5, 2}, rng)}});
}

}  // namespace dg
