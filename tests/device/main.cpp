// The parity suite of a device: every piece of the framework on the device under test against the reference.
//   DG_TEST_DEVICE=cuda|cpu            what is tested (cuda)
//   DG_TEST_PRECISION=strict|tf32      how products are computed there (strict)
//   DG_REQUIRE_GPU=1                   no device is a failure (exit 1) instead of a skip (exit 77)
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "device/under_test.h"
#include "tensor/error.h"

namespace {

class PrintErrors final : public testing::EmptyTestEventListener {
  void OnTestProgramEnd(const testing::UnitTest&) override {
    std::printf("device under test: %s\n%s", dg::test::describe_device().c_str(),
                dg::test::error_table().c_str());
  }
};

bool gpu_required() {
  const char* value = std::getenv("DG_REQUIRE_GPU");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
  try {
    dg::use_cuda_policy({.tf32 = dg::test::tf32()});
    if (const std::string why = dg::test::why_no_device(); !why.empty()) {
      std::printf("%s: there is no device to test: %s\n", gpu_required() ? "FAILED" : "SKIPPED", why.c_str());
      return gpu_required() ? 1 : 77;
    }
  } catch (const dg::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
  testing::UnitTest::GetInstance()->listeners().Append(new PrintErrors);
  return RUN_ALL_TESTS();
}
