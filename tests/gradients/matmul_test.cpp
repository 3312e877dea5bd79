#include "autograd/ops.h"
#include "gradients/check.h"

namespace dg {

TEST(Gradients, Matmul) {
  Rng rng(2);
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      expect_gradients(fmt::format("matmul {}{}", ta ? "a^T " : "a ", tb ? "b^T" : "b"),
                       [=](const std::vector<Var>& in) { return matmul(in[0], in[1], ta, tb); },
                       {{"a", random_normal(ta ? Shape{4, 3} : Shape{3, 4}, rng)},
                        {"b", random_normal(tb ? Shape{5, 4} : Shape{4, 5}, rng)}});
    }
  }
}

}  // namespace dg
