#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Arfa) {
  Rng rng(1);
  Tensor a = random_away_from_zero({5}, rng, 0.3);
  std::vector<Real> positive = a.to_vector();
  for (Real& v : positive) v = v < 0 ? -v : v;
  a.set(positive);
  expect_gradients("arfa", [](const std::vector<Var>& in) { return arfa(in[0], in[1], 1.3); },
                   {{"x", random_away_from_zero({2, 3, 4, 5}, rng)}, {"a", a}});
}

}  // namespace dg
