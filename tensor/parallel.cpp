#include "tensor/parallel.h"

#include <omp.h>

#include <system_error>
#include <thread>
#include <vector>

#include "tensor/process_limits.h"

namespace dg {
namespace {

// Starts as many threads as OpenMP will, all at the same time, and only then lets OpenMP start its own.
void start_threads(int wanted) {
  std::mutex until_all_are_there;
  std::vector<std::thread> others;
  std::string why;
  {
    const std::lock_guard lock(until_all_are_there);
    try {
      others.reserve(static_cast<std::size_t>(wanted - 1));
      while (std::ssize(others) < wanted - 1)
        others.emplace_back([&] { const std::lock_guard wait(until_all_are_there); });
    } catch (const std::system_error& e) {
      why = e.code().message();
    }
  }
  for (std::thread& other : others) other.join();
  if (!why.empty()) {
    throw BackendError(
        fmt::format("[threads] {} of {} compute threads could be started: {}; ask for fewer with --threads",
                    others.size() + 1, wanted, why));
  }
#pragma omp parallel
  reserve_addresses();
}

}  // namespace

void set_threads(int threads) {
  require(threads >= 0, "threads", "must be >= 0 (0 = all cores), got {}", threads);
  const int wanted = threads == 0 ? usable_cores() : threads;
  omp_set_num_threads(wanted);
  start_threads(wanted);
}

int threads() { return omp_get_max_threads(); }

}  // namespace dg
