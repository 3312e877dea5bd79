// What fault_library.cpp leaves of a program in which it was loaded. It lies in a file that both map, so that
// it is there however the program ended.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

namespace dg {

struct FaultReport {
  // Calls so far, by kind (fault_library.cpp says which).
  std::atomic<std::int64_t> file, disk, open, memory, thread;
  std::atomic<std::int64_t> faults;  // how many calls were made to fail
  std::array<char, 4096> is_write;   // for each of the first calls of kind `file`: 1 for write()
  std::array<char, 32> call;         // the first of those: its name
  std::array<char, 512> path;        // and its file
};

}  // namespace dg
