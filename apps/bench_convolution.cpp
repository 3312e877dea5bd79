// doppel bench convolution
#include "apps/bench.h"

namespace dg {

void add_bench_convolution(CLI::App& bench) { bench.add_subcommand("convolution", ""); }

}  // namespace dg
