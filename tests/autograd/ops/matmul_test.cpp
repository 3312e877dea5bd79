#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "error_text.h"

namespace dg {
namespace {

TEST(Matmul, NamesBothShapes) {
  EXPECT_EQ(error_text([] {
              matmul(Var(Tensor::zeros({2, 3})), Var(Tensor::zeros({2, 3})));
            }),
            "[matmul] inner sizes must agree, got [2, 3] and [2, 3]");
}

}  // namespace
}  // namespace dg
