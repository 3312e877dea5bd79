#include "apps/waiting.h"

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>

namespace dg {

void wait_briefly(char** arguments) {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
    if (std::getenv(name) != nullptr) return;
  }
  // Rounds of a loop of some 50 nanoseconds each, so about 0.1 ms: longer than the threads of a step that has
  // its cores to itself wait for each other, shorter than the turn of another program (docs/results.md).
  if (::setenv("GOMP_SPINCOUNT", "2000", 1) == 0) ::execv("/proc/self/exe", arguments);
}

}  // namespace dg
