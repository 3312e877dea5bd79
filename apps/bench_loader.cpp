// doppel bench loader
#include "apps/bench.h"

namespace dg {

void add_bench_loader(CLI::App& bench) { bench.add_subcommand("loader", ""); }

}  // namespace dg
