#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "error_text.h"

namespace dg {
namespace {

TEST(Add, NamesBothShapes) {
  EXPECT_EQ(error_text([] {
              add(Var(Tensor::zeros({2, 3})), Var(Tensor::zeros({2})));
            }),
            "[add] operands must have equal shapes or the second be [3], got [2, 3] and [2]");
}

}  // namespace
}  // namespace dg
