// ./test gradients [NAME]: checks the operations whose name contains NAME (all without it), one line per
// input.
#include "gradients/check.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 3 && std::string(argv[1]) == "--only") dg::only_operations_with() = argv[2];
  const int failed = RUN_ALL_TESTS();
  if (dg::operations_checked() == 0 && !testing::GTEST_FLAG(list_tests)) {
    std::printf("no operation's name contains \"%s\"\n", dg::only_operations_with().c_str());
    return 1;
  }
  return failed;
}
