#include "apps/waiting.h"

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>

namespace dg {

void wait_briefly(char** arguments) {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
    if (std::getenv(name) != nullptr) return;
  }
  // Rounds of a loop of some 50 nanoseconds each, so about 0.1 ms: shorter than the turn of another program.
  // Whether it costs anything on free cores was below what could be measured (docs/results.md).
  if (::setenv("GOMP_SPINCOUNT", "2000", 1) == 0) ::execv("/proc/self/exe", arguments);
}

}  // namespace dg
