#include "tensor/tensor.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

TEST(Shape, CountsAndPrints) {
  const Shape s{2, 3, 4};
  EXPECT_EQ(s.elements(), 24);
  EXPECT_EQ(s.rows(), 6);
  EXPECT_EQ(s.columns(), 4);
  EXPECT_EQ(s[-1], 4);
  EXPECT_EQ(s.str(), "[2, 3, 4]");
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ((Shape{0, 5}).elements(), 0);
  EXPECT_THROW((Shape{1, -1}), Error);
  EXPECT_THROW((Shape{1, 1, 1, 1, 1}), Error);
}

TEST(Tensor, SharesItsBufferAndClonesIt) {
  Tensor a = Tensor::full({2, 2}, 3);
  EXPECT_TRUE(a.sole_owner());
  Tensor b = a.reshape({4});
  EXPECT_FALSE(a.sole_owner());
  b.fill(5);
  EXPECT_EQ(a.to_vector()[0], 5);
  Tensor c = a.clone();
  c.fill(7);
  EXPECT_EQ(a.to_vector()[0], 5);
  EXPECT_THROW((void)a.reshape({3}), Error);
  EXPECT_THROW((void)a.item(), Error);
  EXPECT_THROW(Tensor::from({3}, std::vector<Real>{1, 2}), Error);
}

TEST(Tensor, CudaIsAClearErrorInABuildWithoutIt) {
  const std::string text = error_text([] { Tensor({1}, Device::cuda); });
  EXPECT_NE(text.find("no CUDA device"), std::string::npos) << text;
}

TEST(Allocator, ASteadySequenceTakesNothingFromTheSystem) {
  const auto sequence = [] { Tensor a({100, 100}), b({100, 100}), c({37}); };
  sequence();
  const std::size_t before = allocator_statistics(Device::cpu).system_calls;
  for (int i = 0; i < 10; ++i) sequence();
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(allocator_statistics(Device::cpu).system_calls, before);
#else
  EXPECT_GT(allocator_statistics(Device::cpu).system_calls, before)
      << "under ASan every request must reach it";
#endif
}

}  // namespace
}  // namespace dg
