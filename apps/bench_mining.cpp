// doppel bench mining
#include "apps/bench.h"

namespace dg {

void add_bench_mining(CLI::App& bench) { bench.add_subcommand("mining", ""); }

}  // namespace dg
