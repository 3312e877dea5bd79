#include "tensor/parallel.h"

#include <omp.h>

#include "tensor/process_limits.h"

namespace dg {

void set_threads(int threads) {
  require(threads >= 0, "threads", "must be >= 0 (0 = all cores), got {}", threads);
  omp_set_num_threads(threads == 0 ? usable_cores() : threads);
}

int threads() { return omp_get_max_threads(); }

}  // namespace dg
