// doppel bench: measures this program on this machine, one file per subject. Tables are for people, --json is
// for programs.
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "apps/options.h"

namespace dg {

void add_bench_step(CLI::App& bench);
void add_bench_convolution(CLI::App& bench);
void add_bench_loader(CLI::App& bench);
void add_bench_mining(CLI::App& bench);
void add_bench_samplers(CLI::App& bench);

using BenchJson = nlohmann::ordered_json;

/// Where the figures of a bench go: `--json FILE`, or `--json -` for stdout (then no table is printed).
class BenchOutput {
 public:
  void add_option(CLI::App& command);
  /// Prints `table` to stdout unless the JSON goes there, and writes the JSON where it was asked for.
  void write(const std::string& table, const BenchJson& json) const;

 private:
  JsonOption json_;
};

/// Median and quartiles of repeated measurements; between two values, their weighted mean.
struct Spread {
  double median = 0, lower = 0, upper = 0;
};
/// Throws Error when `values` is empty.
Spread spread(std::vector<double> values);

/// Seconds on a monotonic clock.
double seconds_now();

/// The most memory this process has had resident so far, in bytes (VmHWM of Linux; 0 where unknown).
std::int64_t peak_resident_bytes();

}  // namespace dg
