#include "apps/waiting.h"

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>

namespace dg {

void wait_briefly(char** arguments) {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
    if (std::getenv(name) != nullptr) return;
  }
  // Rounds of a loop of some 50 nanoseconds each, so about 0.25 ms: shorter than the turn of another program.
  // Fewer cost time on free cores, more on loaded ones (docs/results.md).
  if (::setenv("GOMP_SPINCOUNT", "5000", 1) == 0) ::execv("/proc/self/exe", arguments);
}

}  // namespace dg
