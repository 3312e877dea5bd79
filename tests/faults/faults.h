// Runs `doppel` with faults (fault_library.cpp).
#pragma once
#include <fmt/format.h>

#include <cstring>

#include "tests/apps/program.h"
#include "tests/faults/fault_report.h"

#ifdef DG_FAULT_LIBRARY
#define DG_NEEDS_FAULTS()
#else
#define DG_NEEDS_FAULTS() \
  GTEST_SKIP() << "faults are put in by a library that is loaded first, which is AddressSanitizer's place"
#define DG_FAULT_LIBRARY ""
#endif

namespace dg {

struct Faults {
  std::string fault;  // KIND:N[+]:fail|kill, or empty to count calls
  fs::path below;     // whose files count
  std::size_t least = 0;
  std::int64_t every = 1;
};

/// What a program left, and what was done to it.
struct Faulted : Finished {
  std::int64_t file = 0, disk = 0, open = 0, memory = 0, thread = 0, faults = 0;
  std::string call, path;
  std::string is_write;  // of the n-th file call: 1 or 0
};

class FaultyProgram {
 public:
  FaultyProgram(const Words& arguments, const Faults& f)
      : report_(temporary_folder() / fmt::format("fault_report_{}", made_++)),
        program_(arguments, std::nullopt,
                 {"LD_PRELOAD=" DG_FAULT_LIBRARY, "OMP_NUM_THREADS=1", "DG_FAULT=" + f.fault,
                  "DG_FAULT_BELOW=" + f.below.string(), fmt::format("DG_FAULT_LEAST={}", f.least),
                  fmt::format("DG_FAULT_EVERY={}", f.every),
                  // oneDNN 2 does not look whether it got the memory that it asked for.
                  "DG_FAULT_SPARE=libdnnl.so", "DG_FAULT_REPORT=" + report_.string()}) {}
  ~FaultyProgram() { fs::remove(report_); }

  Faulted finish() {
    Faulted result{program_.finish()};
    const std::string bytes = file_text(report_);
    if (bytes.size() != sizeof(FaultReport)) return result;
    FaultReport report{};
    std::memcpy(static_cast<void*>(&report), bytes.data(), sizeof report);
    result.file = report.file;
    result.disk = report.disk;
    result.open = report.open;
    result.memory = report.memory;
    result.thread = report.thread;
    result.faults = report.faults;
    result.call = report.call.data();
    result.path = report.path.data();
    result.is_write.assign(report.is_write.begin(), report.is_write.end());
    return result;
  }

 private:
  inline static int made_ = 0;
  fs::path report_;
  Program program_;
};

inline Faulted with_faults(const Words& arguments, const Faults& faults) {
  return FaultyProgram(arguments, faults).finish();
}

}  // namespace dg
