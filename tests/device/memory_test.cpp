// Arrays and tensors on the device, the order of work on shared memory, and the allocator.
#include <limits>

#include "device/functors.h"
#include "device/under_test.h"

namespace dg::test {
namespace {

template <class T>
class DeviceArray : public testing::Test {};
using Types = testing::Types<std::uint8_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(DeviceArray, Types);

TYPED_TEST(DeviceArray, ReturnsWhatItWasGiven) {
  for (const std::size_t size : {0, 1, 3, 1000}) {
    std::vector<TypeParam> values(size), others(size);
    for (std::size_t i = 0; i < size; ++i) {
      values[i] = static_cast<TypeParam>(i % 251);
      others[i] = static_cast<TypeParam>(250 - i % 251);
    }
    auto a = Array<TypeParam>::from(values, device());
    EXPECT_EQ(a.device(), device());
    EXPECT_EQ(a.to_vector(), values);
    Array<TypeParam> copy(a.size(), device());
    copy.copy_from(a);
    a.set(others);
    EXPECT_EQ(copy.to_vector(), values);
    EXPECT_EQ(a.to_vector(), others);
  }
}

TEST(DeviceTensor, FillsClonesReshapesAndMoves) {
  for (const Index rows : {0, 1, 5, 77}) {
    Tensor t = Tensor::full({rows, 3}, 2.5f, device());
    const Tensor kept = t.clone();
    t.fill(-1);
    const auto size = static_cast<std::size_t>(3 * rows);
    EXPECT_EQ(t.to_vector(), Numbers(size, -1.0f));
    EXPECT_EQ(kept.to_vector(), Numbers(size, 2.5f));
    EXPECT_EQ(Tensor::zeros({rows}, device()).to_vector(), Numbers(static_cast<std::size_t>(rows), 0.0f));
    const Tensor flat = kept.reshape({3 * rows});
    EXPECT_EQ(flat.data(), kept.data());
    const Tensor home = kept.to(Device::cpu), back = home.to(device());
    EXPECT_EQ(home.device(), Device::cpu);
    EXPECT_EQ(back.device(), device());
    EXPECT_EQ(back.shape(), kept.shape());
    EXPECT_EQ(back.to_vector(), kept.to_vector());
    EXPECT_EQ(kept.to(device()).data(), kept.data()) << "a tensor that is there already is not copied";
  }
  EXPECT_EQ(Tensor::scalar(3, device()).item(), 3);
}

TEST(DeviceTensor, WorkHappensInTheOrderItWasGiven) {
  Tensor x = Tensor::full({1000}, 1, device());
  const Tensor first = twice_plus_index(x);  // 2 + i
  x.fill(5);
  const Tensor second = twice_plus_index(x);  // 10 + i
  x.set(Numbers(1000, 7));
  const Tensor third = twice_plus_index(x);  // 14 + i
  x.copy_from(first);
  for (const auto& [t, start] : {std::pair{x, 2.0f}, {first, 2.0f}, {second, 10.0f}, {third, 14.0f}}) {
    const Numbers values = t.to_vector();
    EXPECT_EQ(values.front(), start);
    EXPECT_EQ(values.back(), start + 999);
  }
}

TEST(DeviceTensor, ReleasedMemoryIsNotReusedBeforeItsLastUse) {
  Tensor chain = Tensor::full({4096}, 1, device());
  for (int i = 0; i < 20; ++i) {
    Tensor next = twice_plus_index(chain);
    chain = next;  // the old buffer goes back while work may still read it
    Tensor::full({4096}, std::numeric_limits<float>::quiet_NaN(), device());
  }
  double expected = 1, last = 1;
  for (int i = 0; i < 20; ++i) {
    expected = 2 * expected;
    last = 2 * last + 3;
  }
  const Numbers values = chain.to_vector();
  EXPECT_EQ(values[0], static_cast<float>(expected));
  EXPECT_EQ(values[3], static_cast<float>(last));
}

TEST(DeviceAllocator, ASteadySequenceTakesNothingFromTheSystem) {
  const auto sequence = [] {
    const Tensor a = Tensor::full({100, 100}, 1, device()), b = twice_plus_index(a), c({37}, device());
    return b.to_vector()[5];
  };
  sequence();
  const AllocatorStatistics before = allocator_statistics(device());
  if (before.reserved == before.in_use) GTEST_SKIP() << "the allocator passes every request through";
  EXPECT_EQ(sequence(), 7);
  const AllocatorStatistics after = allocator_statistics(device());
  EXPECT_EQ(after.system_calls, before.system_calls);
  EXPECT_EQ(after.in_use, before.in_use);
}

TEST(DeviceAllocator, ReturnsUnusedMemoryToTheSystem) {
  { const Tensor t({333, 3}, device()); }
  release_cached_memory(device());
  const AllocatorStatistics s = allocator_statistics(device());
  EXPECT_EQ(s.reserved, s.in_use);
  const Tensor t = Tensor::full({333, 3}, 4, device());
  EXPECT_EQ(t.to_vector(), Numbers(999, 4.0f));
  EXPECT_GE(allocator_statistics(device()).in_use, s.in_use + 999 * sizeof(float));
}

}  // namespace
}  // namespace dg::test
