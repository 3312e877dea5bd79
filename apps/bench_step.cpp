// doppel bench step
#include "apps/bench.h"

namespace dg {

void add_bench_step(CLI::App& bench) { bench.add_subcommand("step", ""); }

}  // namespace dg
