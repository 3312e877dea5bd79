// The engine: what `backward` and NoGrad do with a graph.
#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "error_text.h"

namespace dg {
namespace {

TEST(Engine, AddsTheGradientsOfEveryUse) {
  const Var x(Tensor::full({2}, 3), true);
  const Var y = add(x, x);
  backward(sum(add(y, x)));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<Real>{3, 3}));
}

TEST(Engine, RecordsNothingUnderNoGrad) {
  const Var x(Tensor::full({2}, 3), true);
  const NoGrad guard;
  EXPECT_FALSE(add(x, x).requires_grad());
}

TEST(Engine, RefusesANonScalarRootWithoutUpstream) {
  const Var x(Tensor::full({2}, 3), true);
  EXPECT_NE(error_text([&] { backward(add(x, x)); }).find("[2]"), std::string::npos);
}

TEST(Backward, ALeafIsDoneOnceAndBeforeTheNextGradientExists) {
  const Var a(Tensor::full({1}, 2), true), b(Tensor::full({1}, 3), true);
  const auto matrix = [](const Var& v) { return reshape(v, {1, 1}); };
  const Var first = matrix(a), loss = matmul(matmul(first, matrix(b)), first);
  std::vector<NodePtr> done;
  backward(loss, {}, [&](const NodePtr& leaf) {
    if (leaf == b.node()) {  // complete first: a has an older use
      EXPECT_FALSE(a.grad().defined());
    }
    done.push_back(leaf);
  });
  EXPECT_EQ(done, (std::vector<NodePtr>{b.node(), a.node()}));
  EXPECT_EQ(a.grad().item(), 2 * 2 * 3);
}

}  // namespace
}  // namespace dg
