// What libFuzzer calls, of a program for the one target that DG_FUZZ_TARGET names.
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dg::fuzz::DG_FUZZ_TARGET({data, size});
  return 0;
}
