// Training, its resume after a signal, evaluation and a classifier in memory in which nothing is written or
// read beyond its end (tests/faults/guarded_memory.cpp). Widths are small and odd, so that whole vectors do
// not fit.
#include "tests/faults/faults.h"

namespace dg {
namespace {

#ifdef DG_GUARD_LIBRARY
constexpr const char* guard = "LD_PRELOAD=" DG_GUARD_LIBRARY;
#else
constexpr const char* guard = "";
#endif

Program in_guarded_memory(const Words& words, const char* more = "OMP_NUM_THREADS=1") {
  return Program(words, std::nullopt, {guard, "OMP_NUM_THREADS=1", more});
}

TEST(GuardedMemory, FindsAByteThatIsTooFar) {
  DG_NEEDS_FAULTS();
  EXPECT_EQ(in_guarded_memory({"--version"}).finish().code, 0);
  EXPECT_EQ(in_guarded_memory({"--version"}, "DG_OVERRUN=1").finish().code, -SIGSEGV);
}

TEST(GuardedMemory, NothingIsWrittenBeyondItsEnd) {
  DG_NEEDS_FAULTS();
  const fs::path data = pattern_folder("guarded", 13, 5), out = fresh_folder("guarded_out");
  for (const char* input : {"24", "33"}) {
    const fs::path run = out / input;
    const Words words =
        train_words(data, run,
                    {"--set", std::string("network.input=") + input, "--set", "evaluate.every=4", "--set",
                     "network.embedding=9", "--steps", "14", "--stop-after", "6"});
    for (const Words& step : {words, Words{"train", "--resume", run.string(), "--threads", "1"},
                              Words{"evaluate", run.string(), data.string(), "--threads", "1"},
                              Words{"classifier", run.string(), data.string(), "--threads", "1"}}) {
      const Finished f = in_guarded_memory(step).finish();
      EXPECT_EQ(f.code, 0) << step[0] << ", input " << input << ": " << f.err;
    }
  }
}

}  // namespace
}  // namespace dg
