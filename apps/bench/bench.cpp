#include "apps/bench/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>

#include "apps/commands.h"
#include "tensor/check.h"

namespace dg {

void BenchOutput::add_option(CLI::App& command) { json_.add(command); }

void BenchOutput::write(const std::string& table, const BenchJson& json) const {
  json_.write([&] { fmt::print("{}", table); }, json);
}

Spread spread(std::vector<double> values) {
  require(!values.empty(), "spread", "needs at least one value, got {}", values.size());
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place), above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - std::floor(place));
  };
  return {.median = at(0.5), .lower = at(0.25), .upper = at(0.75)};
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

void add_bench_command(CLI::App& app) {
  CLI::App* bench = app.add_subcommand("bench", "Measure how fast this program is on this machine");
  add_examples(*bench, {{"doppel bench step", "Time 30 training steps of a small network."},
                        {"doppel bench mining --json -", "Print as JSON what mining adds to a step."}});
  bench->require_subcommand(1);
  add_bench_step(*bench);
  add_bench_convolution(*bench);
  add_bench_loader(*bench);
  add_bench_mining(*bench);
  add_bench_samplers(*bench);
}

}  // namespace dg
